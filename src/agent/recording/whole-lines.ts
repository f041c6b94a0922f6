// What a bound has cut in two: of a secret there, neither half could be told from other text, nor
// a value whose name is gone. So more is read than is told, and only then taken away.
import type { ShellOptions, ShellResult } from "../../domain/shell.ts";
import { type Redact, redactEnds } from "../redact.ts";

/** On each side of the cut. */
const MARGIN_BYTES = 2_048;
/** Of what is left there when secrets are gone, so much is not told. */
const MARGIN_CHARS = 1_024;
/** Then to the end of the line, or of the word in a longer one. */
const LINE_CHARS_MAX = 256;
const WORDS_END = /[\s"',;]/;

export function withMargin(options: ShellOptions): ShellOptions {
  return { ...options, outputBytesMax: options.outputBytesMax + 2 * MARGIN_BYTES };
}

/** The same; where its output was cut, without secrets, and without the margins of the cut. */
export function withoutMargin(result: ShellResult, redact: Redact): ShellResult {
  const { cutBytes, totalBytes } = result.output;
  if (cutBytes === 0) return result;
  const ends = redactEnds(result.output, redact);
  const head = reversed(behindMargin(reversed(ends.head)));
  const tail = behindMargin(ends.tail);
  const cutToo = bytesIn(ends.head) - bytesIn(head) + bytesIn(ends.tail) - bytesIn(tail);
  return { ...result, output: { head, tail, cutBytes: cutBytes + cutToo, totalBytes } };
}

function behindMargin(text: string): string {
  const rest = text.slice(MARGIN_CHARS);
  const lineEnd = rest.indexOf("\n");
  const isNear = lineEnd !== -1 && lineEnd <= LINE_CHARS_MAX;
  const end = isNear ? lineEnd : rest.search(WORDS_END);
  return end === -1 ? "" : rest.slice(end);
}

/** By whole characters. */
function reversed(text: string): string {
  return [...text].reverse().join("");
}

function bytesIn(text: string): number {
  return new TextEncoder().encode(text).length;
}
