// What terminals send for the keys we know, and for what is none of them.
import type { Key } from "../../src/panels/keys-names.ts";

/** Each key as terminals send it: xterm, VTE, rxvt, the Linux console, tmux, PuTTY, kitty. */
export const KEY_TABLE: Readonly<Record<string, readonly string[]>> = {
  up: ["\x1b[A", "\x1bOA", "\x1b[1;5A", "\x1b[1;3A", "\x1b[a", "\x1bOa", "\x1b\x1b[A", "\x9bA"],
  down: ["\x1b[B", "\x1bOB", "\x1b[1;2B", "\x1b[b", "\x1bOb", "\x1b\x1bOB", "\x1bO5B"],
  right: ["\x1b[C", "\x1bOC", "\x1b[1;5C", "\x1b[c", "\x1bOc", "\x1b[1;1:1C", "\x1bO2C"],
  left: ["\x1b[D", "\x1bOD", "\x1b[1;9D", "\x1b[d", "\x1bOd", "\x8fD"],
  home: ["\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~", "\x1b[1;5H", "\x1b[7$", "\x1b[7^", "\x1b[1;2~"],
  end: ["\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~", "\x1b[1;5F", "\x1b[8$", "\x1b[8^", "\x1b[8@"],
  pageup: ["\x1b[5~", "\x1b[5;5~", "\x1b[5$", "\x1b[5^"],
  pagedown: ["\x1b[6~", "\x1b[6;2~", "\x1b[6$", "\x1b[6^"],
  tab: ["\t", "\x1bOI", "\x1b[9u"],
  backtab: ["\x1b[Z", "\x1b[1;2Z", "\x1b[9;2u", "\x1b\t", "\x1b[27;2;9~"],
  enter: ["\r", "\n", "\x1bOM", "\x1b[13u", "\x1b[27;5;13~"],
  space: [" ", "\x1bO ", "\x1b[32;2u"],
  escape: ["\x1b[27u", "\x1b[27;1;27~"],
  "ctrl-c": ["\x03", "\x1b[99;5u", "\x1b[27;5;99~"],
  "ctrl-l": ["\x0c"],
  "ctrl-z": ["\x1a", "\x1b[122;5u"],
  q: ["q", "Q", "\x1b[113u", "\x1b[81;2u"],
  "?": ["?", "\x1b[63;2u"],
  é: ["é", "É"],
  "€": ["€"],
  "🙂": ["🙂"],
};

/** Taken whole, and no key of ours. */
export const NO_KEYS: readonly string[] = [
  "\x1bOP", // F1 to F12, Insert, Delete
  "\x1bOS",
  "\x1bO2P",
  "\x1b[P",
  "\x1b[1;5R",
  "\x1b[[A",
  "\x1b[[E",
  "\x1b[15~",
  "\x1b[24;2~",
  "\x1b[25^",
  "\x1b[2~",
  "\x1b[3~",
  "\x1b[3;5~",
  "\x1b[3$",
  "\x1b[E",
  "\x1bOE",
  "\x1bOj", // the keypad in application mode
  "\x1bOq",
  "\x1b[57399u", // kitty's keypad
  "\x1b[97;1:3u", // kitty: a key let go
  "\x1b[1;1:3A",
  "\x1b[I", // focus in and out
  "\x1b[O",
  "\x1b[<0;10;20M", // the mouse: SGR, urxvt's, the oldest
  "\x1b[<35;100;2m",
  "\x1b[32;10;20M",
  "\x1b[M !!",
  "\x1b[M qa",
  "\x1b[?1;2c", // answers
  "\x1b[>41;354;0c",
  "\x1b[24;80R",
  "\x1b[0n",
  "\x1b[?2026;2$y",
  "\x1b[4;2$y",
  "\x1b[8;40;120t",
  "\x1b]11;rgb:ffff/aaaa/bbbb\x07",
  "\x1b]52;c;cXVpdA==\x1b\\",
  "\x1bP>|XTerm(390)\x1b\\",
  "\x1bP1$r0m\x1b\\",
  "\x1b_Gi=31;OK\x1b\\",
  "\x1b[200~rm -rf /\rq a d\x1b[A\x03\x1b[201~", // a paste
  "\x1b[200~\x1b[201~",
  "\x1b[201~",
  "\x1bq", // with Alt
  "\x1b€",
  "\x1ba",
  "\x7f", // Backspace, and other control characters
  "\x08",
  "\x00",
  "\x04",
  "\x1c",
];

export interface Sample {
  readonly bytes: Uint8Array;
  readonly keys: readonly Key[];
}

/** `\x80` to `\x9f` stand for the eight-bit control characters, everything else is UTF-8. */
export function bytesOf(text: string): Uint8Array {
  const isEightBit = /^[\x80-\x9f]/.test(text);
  return isEightBit ? Buffer.from(text, "latin1") : Buffer.from(text);
}

export const SAMPLES: readonly Sample[] = [
  ...Object.entries(KEY_TABLE).flatMap(([key, texts]) =>
    texts.map((text) => ({ bytes: bytesOf(text), keys: [key] })),
  ),
  ...NO_KEYS.map((text) => ({ bytes: bytesOf(text), keys: [] })),
];
