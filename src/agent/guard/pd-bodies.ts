// What the body of a request to PD asks for, where the path alone does not say: how many copies of
// the data there are, and which of them is taken away.
import type { EffectKind } from "../../domain/effect.ts";
import type { RequestFacts } from "./http-requests.ts";

/** Fewer than three copies, and one failure more loses data. */
export const REPLICAS_MIN = 3;

/** Operators that move something without taking a copy away for good. */
const HARMLESS_OPERATORS = ["transfer-leader", "transfer-peer", "add-peer"];

/** "hidden" when it cannot be read: then nobody knows what is asked for. */
export function kindOfPdBody(path: string, body: RequestFacts["body"]): EffectKind {
  // TiKV's own settings, in the same form.
  const isConfig = /^(?:\/pd\/api\/v\d+)?\/config/.test(path);
  const isOperator = /^\/pd\/api\/v\d+\/operators/.test(path);
  if (!isConfig && !isOperator) return "configure";
  if (body === undefined) return "configure";
  if (body === "unreadable") return "hidden";
  return isConfig ? kindOfConfig(body.text) : kindOfOperator(body.text);
}

/** Settings that take no copy away: how fast things are scheduled, labels, the log. */
const HARMLESS_SETTINGS = [
  /^(?:schedule\.)?[a-z]+(?:-[a-z]+)*-(?:limit|interval|ratio|threshold|policy)$/,
  /^(?:replication\.)?location-labels$/,
  /^log\.level$/,
];

/** By its name, which may stand below `replication.` or `schedule.`, and its value as text. */
export function kindOfPdSetting(name: string, value: string): EffectKind {
  const written = name.toLowerCase();
  if (/(?:^|\.)max-replicas$/.test(written)) {
    return /^\d+$/.test(value) && Number(value) >= REPLICAS_MIN ? "configure" : "destroy";
  }
  if (/placement-rules|replication-mode/.test(written)) return "destroy";
  // A limit of nothing: no copy that is lost is made anew.
  const isOff = /-limit$/.test(written) && Number(value) === 0;
  return !isOff && HARMLESS_SETTINGS.some((one) => one.test(written)) ? "configure" : "unknown";
}

/** Members as they are written, so that of two with one name each is seen. */
const MEMBER = /"([\w.-]+)"\s*:\s*(\{|"[^"\\]*"|[\w.+-]+)/g;
const BETWEEN = /^[\s{},]*$/;

function kindOfConfig(text: string): EffectKind {
  if (!BETWEEN.test(text.replace(MEMBER, ""))) return "hidden";
  const kinds = [...text.matchAll(MEMBER)].map(([, name = "", value = ""]) =>
    value === "{" ? "configure" : kindOfPdSetting(name, value.replaceAll('"', "")),
  );
  return (["destroy", "unknown"] as const).find((kind) => kinds.includes(kind)) ?? "configure";
}

function kindOfOperator(text: string): EffectKind {
  const names = [...text.matchAll(/"name"\s*:\s*"([a-z-]+)"/gi)].map(([, name = ""]) => name);
  const isOne = names.length === 1 && (text.match(/name/gi) ?? []).length === 1;
  if (!isOne || text.includes("\\")) return "hidden";
  return HARMLESS_OPERATORS.includes(names[0] ?? "") ? "configure" : "destroy";
}
