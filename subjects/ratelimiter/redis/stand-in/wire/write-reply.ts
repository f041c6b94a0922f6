// Pure: a reply as it goes over the wire, in protocol 2 or 3.
import { unreachable } from "../../../../../src/domain/errors.ts";
import { numberText } from "./number-text.ts";
import type { Protocol, Reply } from "./reply.ts";

export function writeReply(reply: Reply, protocol: Protocol): string {
  if (reply === null) return protocol === 3 ? "_\r\n" : "$-1\r\n";
  if (typeof reply === "string") return bulk(reply);
  if (typeof reply === "number") return `:${reply}\r\n`;
  if (!("type" in reply)) return writeList("*", reply, protocol);
  switch (reply.type) {
    case "status":
      return `+${oneLine(reply.text)}\r\n`;
    case "error":
      return `-${oneLine(reply.text)}\r\n`;
    case "map":
      return writeMap(reply.pairs, protocol);
    case "scored":
      return writeList("*", scoredItems(reply.entries, protocol), protocol);
    case "double":
      return protocol === 3 ? `,${scoreText(reply.value)}\r\n` : bulk(scoreText(reply.value));
    case "verbatim":
      if (protocol === 2) return bulk(reply.text);
      return `=${reply.text.length + 4}\r\ntxt:${reply.text}\r\n`;
    default:
      return unreachable(reply);
  }
}

/** `%.17g`: redis 7.0 src/util.c. Whole numbers, which nearly all scores are, are quicker so. */
export function scoreText(score: number): string {
  const isWhole = Number.isInteger(score) && Math.abs(score) < WHOLE_MAX;
  return isWhole ? String(score) : numberText(score, SCORE_DIGITS);
}

const SCORE_DIGITS = 17;
const WHOLE_MAX = 1e17;

function writeMap(pairs: readonly Reply[], protocol: Protocol): string {
  if (protocol === 2) return writeList("*", pairs, protocol);
  return `%${pairs.length / 2}\r\n${pairs.map((item) => writeReply(item, protocol)).join("")}`;
}

function writeList(mark: string, items: readonly Reply[], protocol: Protocol): string {
  return `${mark}${items.length}\r\n${items.map((item) => writeReply(item, protocol)).join("")}`;
}

function scoredItems(
  entries: readonly (readonly [string, number])[],
  protocol: Protocol,
): readonly Reply[] {
  const items = entries.map(([member, score]): readonly Reply[] => [
    member,
    { type: "double", value: score },
  ]);
  return protocol === 3 ? items : items.flat();
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

/** A line break in an error would end the reply. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}
