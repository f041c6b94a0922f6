// The names of the keys, and which sequences mean them. Modifiers make no other key of one, but
// for Ctrl-C, Ctrl-L, Ctrl-Z and Shift-Tab.

export type KeyName =
  | "space"
  | "enter"
  | "left"
  | "right"
  | "up"
  | "down"
  | "pageup"
  | "pagedown"
  | "home"
  | "end"
  | "tab"
  | "backtab"
  | "escape"
  | "ctrl-c"
  | "ctrl-l"
  | "ctrl-z";

/** A named key, or one character in lower case: "b", "?", "é". */
export type Key = KeyName | (string & Record<never, never>);

type Names = Readonly<Record<string, KeyName>>;

/** The last byte of `ESC [ … X` and `ESC O X`; the small letters are rxvt's, with Shift or Ctrl. */
const BY_LETTER: Names = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  a: "up",
  b: "down",
  c: "right",
  d: "left",
  H: "home",
  F: "end",
  Z: "backtab",
};

/** After `ESC O` alone: the keypad in application mode. */
const BY_KEYPAD: Names = { M: "enter", I: "tab", " ": "space" };

/** The number of `ESC [ N ~`: 1 and 4 are the Linux console's and tmux's, 7 and 8 rxvt's. */
const BY_NUMBER: Names = {
  1: "home",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
};

/** ASCII. ENTER is 13, or 10 where the terminal is set to turn one into the other. */
const BY_CODE: Names = {
  3: "ctrl-c",
  9: "tab",
  10: "enter",
  12: "ctrl-l",
  13: "enter",
  26: "ctrl-z",
  27: "escape",
  32: "space",
};

const SHIFT = 1;
const CTRL = 4;
const RELEASED = "3";

/** What a control character or a space is called. */
export function keyOfCode(code: number): KeyName | undefined {
  return BY_CODE[code];
}

/** Of `ESC O X`. */
export function keyOfKeypad(letter: string): KeyName | undefined {
  return BY_LETTER[letter] ?? BY_KEYPAD[letter];
}

/** Of `ESC [ parameters final`; undefined for all that is no key of ours. */
export function keyOfSequence(parameters: string, final: string): Key | undefined {
  const [first = "", second = "", third = ""] = parameters.split(";");
  // xterm: the parameter counts modifiers from 1; kitty adds ":3" when a key is let go.
  const [modifiers = "1", event] = second.split(":");
  if (event === RELEASED || /^[<=>?]/.test(parameters)) return undefined;
  const pressedWith = Math.max(0, Number(modifiers) - 1);
  if (final === "u") return keyOfCodeWith(Number.parseInt(first, 10), pressedWith);
  if (final === "~" && first === "27") return keyOfCodeWith(Number(third), pressedWith);
  if (/^[~$^@]$/.test(final)) return BY_NUMBER[first];
  return BY_LETTER[final];
}

/** A key that is sent as its character's code: CSI u, and xterm's modifyOtherKeys. */
function keyOfCodeWith(code: number, modifiers: number): Key | undefined {
  if (code === 9 && (modifiers & SHIFT) !== 0) return "backtab";
  const isLetter = code >= 0x40 && code < 0x7f;
  if ((modifiers & CTRL) !== 0) return BY_CODE[isLetter ? code & 0x1f : code];
  const isCharacter = code > 0x20 && code < 0x7f;
  return BY_CODE[code] ?? (isCharacter ? String.fromCharCode(code).toLowerCase() : undefined);
}
