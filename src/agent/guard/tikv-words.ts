// What pd-ctl and tikv-ctl do whose words say more than their verb. Pure; the same judges as for
// requests.
import type { ChangeFacts, EffectKind } from "../../domain/effect.ts";
import { worstOf } from "./pd-bodies.ts";
import {
  copiesAskedIn,
  kindOfAddedScheduler,
  kindOfLabel,
  kindOfPdSetting,
  kindOfRemovedScheduler,
  kindOfResumedScheduler,
  kindOfStoreRate,
  kindOfTikvSetting,
  kindOfWeight,
} from "./pd-settings.ts";

type WordsJudge = (operands: readonly string[]) => EffectKind;

/** By their verbs; judged by the words behind these. */
const PD_CTL: readonly (readonly [string, WordsJudge])[] = [
  ["config set", ([name, value]) => (name && value ? kindOfPdSetting(name, value) : "unknown")],
  ["scheduler add", ([name = ""]) => kindOfAddedScheduler(name)],
  ["scheduler remove", ([name = ""]) => kindOfRemovedScheduler(name)],
  ["scheduler resume", ([name = ""]) => kindOfResumedScheduler(name)],
  ["scheduler pause", ([name = ""]) => kindOfRemovedScheduler(name)],
  ["scheduler config", judgeSchedulerWords],
  ["store limit", judgeLimitWords],
  ["store weight", ([, ...weights]) => judgeAll(weights, kindOfWeight)],
  ["store label", ([, ...pairs]) => judgeLabelWords(pairs)],
];

/** Of the words from the verb on, which an option makes unknown. */
export function judgePdCtl(kind: EffectKind, words: readonly string[]): EffectKind {
  if (kind !== "configure") return kind;
  const lower = words.map((word) => word.toLowerCase());
  if (lower.some((word) => word.startsWith("-"))) return "unknown";
  const [verb, second, ...operands] = lower;
  const [, judge] = PD_CTL.find(([verbs]) => verbs === `${verb} ${second}`) ?? [];
  return judge ? judge(operands) : kind;
}

/** Of the words from the verb on. */
export function factsOfPdCtl(words: readonly string[]): ChangeFacts {
  const text = words.join(" ");
  const copies = copiesAskedIn(text);
  if (/^member leader (?:transfer|resign)\b/i.test(text)) return { pauses: true, means: "any" };
  const isWhole = /^(?:config set|scheduler (?:add|resume)) /i.test(text);
  return { means: isWhole ? "none" : "any", ...(copies !== undefined && { copies }) };
}

/** `4 15 remove-peer`, `all 15`; without a rate it shows them. */
function judgeLimitWords([store, ...words]: readonly string[]): EffectKind {
  if (store === undefined) return "read";
  const rates = words.filter((word) => /^[\d.]/.test(word));
  const others = words.filter((word) => !/^(?:[\d.].*|(?:add|remove)-peer)$/.test(word));
  if (rates.length !== 1 || others.length > 0) return "unknown";
  return judgeAll(rates, kindOfStoreRate);
}

function judgeSchedulerWords([name = "", verb, ...rest]: readonly string[]): EffectKind {
  // Without another verb it shows them.
  if (/^[\w-]+$/.test(name) && (verb === undefined || (verb === "show" && rest.length === 0))) {
    return "read";
  }
  const isKnown =
    (verb === "delete-store" && kindOfRemovedScheduler(name) === "configure") ||
    (verb === "add-store" && kindOfAddedScheduler(name) === "configure") ||
    (verb === "set" && name === "balance-leader-scheduler" && rest[0] === "batch");
  return isKnown ? "configure" : "unknown";
}

function judgeAll(words: readonly string[], judge: (word: string) => EffectKind): EffectKind {
  return words.length === 0 ? "unknown" : worstOf(words.map(judge));
}

/** `zone z1` or `zone=z1`. */
function judgeLabelWords(words: readonly string[]): EffectKind {
  const pairs = words.join("=").split("=");
  const names = pairs.filter((_, index) => index % 2 === 0);
  if (words.length === 0) return "unknown";
  return worstOf(names.map(kindOfLabel));
}

/** `modify-tikv-config -n NAME -v VALUE`. */
export function judgeTikvCtl(kind: EffectKind, words: readonly string[]): EffectKind {
  if (kind !== "configure") return kind;
  const name = valueAfter(words, /^(?:-n|--config-name)$/);
  const value = valueAfter(words, /^(?:-v|--config-value)$/);
  return name === undefined || value === undefined ? "unknown" : kindOfTikvSetting(name, value);
}

/** Of the option that stands there once; undefined otherwise, or when it is joined to its value. */
function valueAfter(words: readonly string[], option: RegExp): string | undefined {
  const places = words.flatMap((word, index) => (option.test(word) ? [index + 1] : []));
  return places.length === 1 ? words[places[0] ?? 0] : undefined;
}
