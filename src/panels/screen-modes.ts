// What the terminal is told when we take it over and when we give it back. `CSI ? … h` sets a mode,
// `l` resets it.

const ALTERNATE_SCREEN = 1049; // with the cursor's place kept
const CURSOR_SHOWN = 25;
const AUTO_WRAP = 7;
const BRACKETED_PASTE = 2004;
const SYNCHRONIZED_OUTPUT = 2026;

/** Without wrapping a line that a terminal finds wider than we do harms no other line. */
export const ENTER = [
  set(ALTERNATE_SCREEN),
  reset(CURSOR_SHOWN),
  reset(AUTO_WRAP),
  set(BRACKETED_PASTE),
].join("");

/**
 * The other way round; first an end to a frame and to colours, wherever they were broken off. And
 * nothing is left behind: in a window that has grown, tmux 3.3a would show it on the normal screen.
 */
export const LEAVE = [
  reset(SYNCHRONIZED_OUTPUT),
  clearTo(1),
  reset(BRACKETED_PASTE),
  set(AUTO_WRAP),
  set(CURSOR_SHOWN),
  reset(ALTERNATE_SCREEN),
].join("");

/** Shown all at once by terminals that can, never half drawn. */
export function synchronized(frame: string): string {
  return set(SYNCHRONIZED_OUTPUT) + frame + reset(SYNCHRONIZED_OUTPUT);
}

/** Blank, with the cursor at the beginning of the last row. */
export function clearTo(row: number): string {
  return `\x1b[m\x1b[2J\x1b[${row}H`;
}

function set(mode: number): string {
  return `\x1b[?${mode}h`;
}

function reset(mode: number): string {
  return `\x1b[?${mode}l`;
}
