// Two values as a diff of lines: what they share at both ends is cut to a few lines of context.
import type { Json } from "../domain/json.ts";
import type { Difference } from "./player.ts";

const CONTEXT_LINES = 3;

/** `-` was recorded, `+` came of the replay, two spaces are both. */
export function differenceLines({ recorded, replayed }: Difference): readonly string[] {
  const [left, right] = [linesOf(recorded), linesOf(replayed)];
  const start = sharedStart(left, right);
  const end = sharedStart(left.slice(start).toReversed(), right.slice(start).toReversed());
  const before = left.slice(Math.max(0, start - CONTEXT_LINES), start);
  const after = left.slice(left.length - end, left.length - end + CONTEXT_LINES);
  return [
    ...before.map((line) => `  ${line}`),
    ...left.slice(start, left.length - end).map((line) => `- ${line}`),
    ...right.slice(start, right.length - end).map((line) => `+ ${line}`),
    ...after.map((line) => `  ${line}`),
  ];
}

/** Keys in one order; a text's own lines stand below each other. */
function linesOf(value: Json): readonly string[] {
  if (value === null) return ["nothing"];
  const text = JSON.stringify(sorted(value), undefined, 2);
  return text.split("\n").flatMap((line) => line.split("\\n"));
}

function sorted(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(
    members.map(([key, member]) => [key, member === undefined ? undefined : sorted(member)]),
  );
}

function sharedStart(left: readonly string[], right: readonly string[]): number {
  const different = left.findIndex((line, index) => line !== right[index]);
  return different === -1 ? Math.min(left.length, right.length) : different;
}
