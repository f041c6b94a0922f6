// What the body of a request to PD asks for, where the path alone does not say: how many copies of
// the data there are, and which of them is taken away.
import type { EffectKind } from "../../domain/effect.ts";
import type { RequestFacts } from "./http-requests.ts";

/** Fewer than three copies, and one failure more loses data. */
export const REPLICAS_MIN = 3;

/** Operators that move something without taking a copy away for good. */
const HARMLESS_OPERATORS = ["transfer-leader", "transfer-region", "transfer-peer", "add-peer"];

/** "hidden" when it cannot be read: then nobody knows what is asked for. */
export function kindOfPdBody(path: string, body: RequestFacts["body"]): EffectKind {
  const isConfig = /^\/pd\/api\/v\d+\/config/.test(path);
  const isOperator = /^\/pd\/api\/v\d+\/operators/.test(path);
  if (!isConfig && !isOperator) return "configure";
  if (body === undefined) return "configure";
  if (body === "unreadable") return "hidden";
  return isConfig ? kindOfConfig(body.text) : kindOfOperator(body.text);
}

/** Also inside another key, or as a dotted one: `"replication.max-replicas": 1`. */
function kindOfConfig(text: string): EffectKind {
  if (/\\u|[^\x20-\x7e\s]/.test(text)) return "hidden";
  const counts = [...text.matchAll(/max-replicas["'\s]*[:=]["'\s]*([^,}"'\s]*)/gi)];
  const mentions = [...text.matchAll(/max-replicas/gi)];
  if (counts.length < mentions.length) return "hidden";
  const isEnough = counts.every(([, count]) => Number(count) >= REPLICAS_MIN);
  return isEnough && !/placement-rules/i.test(text) ? "configure" : "destroy";
}

function kindOfOperator(text: string): EffectKind {
  const [, name] = /"name"\s*:\s*"([a-z-]+)"/.exec(text) ?? [];
  const isOne = text.split('"name"').length === 2;
  if (name === undefined || !isOne) return "hidden";
  return HARMLESS_OPERATORS.includes(name) ? "configure" : "destroy";
}
