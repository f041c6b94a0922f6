// What the body of a request to a member asks for, where the path alone does not say: how many
// copies of the data there are, which of them is taken away, and what no longer looks after them.
import type { EffectKind } from "../../domain/effect.ts";
import {
  kindOfAddedScheduler,
  kindOfLabel,
  kindOfLogLevel,
  kindOfPdSetting,
  kindOfRemovedScheduler,
  kindOfResumedScheduler,
  kindOfStoreRate,
  kindOfTikvSetting,
  kindOfWeight,
} from "./pd-settings.ts";

export interface AskedBody {
  /** Of the path. */
  readonly name: string;
  readonly text: string;
}

/** "hidden" when it cannot be read: then nobody knows what is asked for. */
export type BodyJudge = (body: AskedBody) => EffectKind;

/** Members as they are written, so that of two with one name each is seen. */
const MEMBER = /"([\w.$-]+)"\s*:\s*(\{|"[^"\\]*"|[\w.+-]+)/g;
const BETWEEN = /^[\s{},]*$/;

type Member = readonly [name: string, value: string];

/** Of all depths, without those that only hold others; undefined for what is no such object. */
function readMembers(text: string): readonly Member[] | undefined {
  if (!BETWEEN.test(text.replace(MEMBER, ""))) return undefined;
  return [...text.matchAll(MEMBER)].flatMap(([, name = "", value = ""]): Member[] =>
    value === "{" ? [] : [[name.toLowerCase(), value.replaceAll('"', "")]],
  );
}

/** The worst of what they are. */
function judgeMembers(
  text: string,
  kindOf: (name: string, value: string) => EffectKind,
): EffectKind {
  const kinds = readMembers(text)?.map(([name, value]) => kindOf(name, value));
  return kinds ? worstOf(kinds) : "hidden";
}

export function worstOf(kinds: readonly EffectKind[]): EffectKind {
  return (["destroy", "unknown"] as const).find((kind) => kinds.includes(kind)) ?? "configure";
}

export function judgePdConfig({ text }: AskedBody): EffectKind {
  // `"schedulers-v2": []`: lists are not followed.
  if (/replication-mode|placement-rules/i.test(text)) return "destroy";
  return judgeMembers(text, kindOfPdSetting);
}

export function judgeTikvConfig({ text }: AskedBody): EffectKind {
  return judgeMembers(text, kindOfTikvSetting);
}

/** Operators that move something without taking a copy away for good. */
const HARMLESS_OPERATORS = ["transfer-leader", "transfer-peer", "add-peer"];
const MOVING_OPERATORS = ["add-learner", "scatter-region", "scatter-regions", "split-region"];

export function judgeOperator({ text }: AskedBody): EffectKind {
  const name = nameIn(text);
  if (name === undefined) return "hidden";
  if (HARMLESS_OPERATORS.includes(name)) return "configure";
  return MOVING_OPERATORS.includes(name) ? "unknown" : "destroy";
}

export function judgeNewScheduler({ text }: AskedBody): EffectKind {
  const name = nameIn(text);
  return name === undefined ? "hidden" : kindOfAddedScheduler(name);
}

/** Undefined unless it stands there once. */
function nameIn(text: string): string | undefined {
  const names = [...text.matchAll(/"name"\s*:\s*"([a-z-]+)"/gi)].map(([, name = ""]) => name);
  const isOne = names.length === 1 && (text.match(/name/gi) ?? []).length === 1;
  return isOne && !text.includes("\\") ? names[0]?.toLowerCase() : undefined;
}

/** With a delay it is paused, and goes on without. */
export function judgePause({ name, text }: AskedBody): EffectKind {
  return judgeMembers(text, (member, value) =>
    member === "delay" && value === "0"
      ? kindOfResumedScheduler(name)
      : kindOfRemovedScheduler(name),
  );
}

/** What looks after copies, likewise. */
export function judgeCheckerPause({ text }: AskedBody): EffectKind {
  return judgeMembers(text, (member, value) =>
    member === "delay" && value === "0" ? "configure" : "destroy",
  );
}

export function judgeSchedulerConfig({ name, text }: AskedBody): EffectKind {
  if (kindOfAddedScheduler(name) === "unknown") return "unknown";
  return judgeMembers(text, (member, value) =>
    /^(?:batch|store_id)$/.test(member) && /^\d+$/.test(value) ? "configure" : "unknown",
  );
}

export function judgeStoreLimit({ text }: AskedBody): EffectKind {
  return judgeMembers(text, (member, value) => {
    if (member === "rate") return kindOfStoreRate(value);
    return member === "type" && /^(?:add|remove)-peer$/.test(value) ? "configure" : "unknown";
  });
}

export function judgeStoreLabel({ text }: AskedBody): EffectKind {
  return judgeMembers(text, kindOfLabel);
}

export function judgeStoreWeight({ text }: AskedBody): EffectKind {
  return judgeMembers(text, (_, value) => kindOfWeight(value));
}

/** PD takes a word, TiKV an object. */
export function judgeLogLevel({ text }: AskedBody): EffectKind {
  if (!text.trim().startsWith("{")) return kindOfLogLevel(text.trim().replaceAll('"', ""));
  return judgeMembers(text, (name, value) =>
    name === "log_level" ? kindOfLogLevel(value) : "unknown",
  );
}

/** Of the limiter's nodes: what they are declared with, and nothing else. */
const NODE_SETTINGS: Readonly<Record<string, string>> = {
  ...{ fail_mode: "closed", fail_open: "false", clock_offset_ms: "0" },
};

export function judgeNodeSettings({ text }: AskedBody): EffectKind {
  return judgeMembers(text, (name, value) =>
    NODE_SETTINGS[name] === value ? "configure" : "unknown",
  );
}
