// What a child may print that is no line of text: each of these, followed by a line end.

const MEGABYTE = 1_000_000;

export const FLOOD_LINES = 100_000;

export function floodLine(index: number): string {
  return `flood ${index} of ${FLOOD_LINES}: the quick brown fox jumps over the lazy dog`;
}

/** Sequences that move, clear, rename, ask, copy, report the mouse, or leave the screen. */
const CONTROLS = [
  "\x1b[?1049l\x1b[?1047l\x1b[?47l",
  "\x1b[?1049h\x1b[2J\x1b[3J\x1b[H",
  "\x1b[?25h\x1b[?7h\x1b[?2004l\x1b[?2026h",
  "\x1b[?1000h\x1b[?1002h\x1b[?1003h\x1b[?1006h\x1b[?1004h",
  "\x1b]0;stolen\x07\x1b]2;stolen\x1b\\",
  "\x1b]52;c;c3RvbGVu\x07",
  "\x1b]8;;http://127.0.0.1/\x1b\\link\x1b]8;;\x1b\\",
  "\x1b[6n\x1b[c\x1b[>c\x1b[?6n\x1b[18t\x05",
  "\x1bP0;1|17/17\x1b\\\x1bP$qm\x1b\\\x1b_app\x1b\\\x1b^private\x1b\\",
  "\x1bc\x1b[!p\x1b#8\x1b(0\x1b)0\x0e",
  "\x1b[1;5r\x1b[?6h\x1b[4h\x1b[20h\x1b[10;10H\x1b[99A\x1b[5L\x1b[5M\x1bM",
  "\x1b[31;5;7;8mcoloured\x1b[48;2;255;0;0m and never ended",
  "bell\x07 back\b\b\b\b tab\tvertical\x0bform\x0c delete\x7f",
  "the beginning is overwritten\rnow",
  "cut off in the middle of a sequence \x1b[",
  "cut off in the middle of a title \x1b]0;",
  "\u009b2J\u009d0;stolen\u009c\u0090q\u009c\u0085\u0084\u008d",
  "NUL \0\0\0 between",
];

const WORDS = [
  "[/x] [bold]tagged[/bold] %s {0} \\",
  "שלום עולם \u202eright to left\u202c العربية \u2067isolated\u2069 \u200f",
  "👩‍👩‍👧‍👦 👍🏽 🇩🇪 1️⃣ ☀️ ⚡ 🚀 ❤️‍🔥 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
  "語語語語 각각 ﷺ क्षि ไทย ꧁꧂ 𒐫",
  `tower ${"e\u0301".repeat(3)}${"\u0301\u0302\u0303".repeat(50)}`,
  "\u0301starts with a mark",
  "\u200b\u00ad\ufeff\u2060\u2028\u2029\u{e0041}invisible",
];

const LONG = ["x", "語", "🙂", "\x1b[31m", "\x1b[?1049l", "\0", "e\u0301"];

/** No UTF-8: bytes that never occur, overlong ones, half a surrogate, characters cut off. */
const INVALID = [
  [0xff, 0xfe, 0x80, 0xbf],
  [0xc0, 0xaf, 0xe0, 0x80, 0xaf],
  [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80],
  [0xf4, 0x90, 0x80, 0x80, 0xf8, 0x88],
  [0x9b, 0x32, 0x4a, 0x9d, 0x30, 0x3b, 0x9c],
  [0xe2, 0x82],
  [0xf0, 0x9f, 0x99],
];

/** Short ones. */
export const NOISE: readonly Buffer[] = [
  ...[...CONTROLS, ...WORDS].map((text) => Buffer.from(text)),
  ...INVALID.map((bytes) => Buffer.from(bytes)),
];

/** A megabyte each. */
export const LONG_NOISE: readonly Buffer[] = LONG.map((text) => Buffer.alloc(MEGABYTE, text));
