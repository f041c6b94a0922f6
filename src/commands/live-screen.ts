// The terminal taken over for a screen of panels: its keys, its colours, and a recording if a
// person wants one. Disposing it gives the terminal back.
import { asksToQuit } from "../../demo/live/keys.ts";
import type { Keyboard } from "../../demo/live/play.ts";
import { Recorder } from "../infra/asciicast.ts";
import { Tty } from "../infra/tty.ts";
import { Screen } from "../panels/screen.ts";
import { type ColorLevel, createTheme, type Theme } from "../panels/theme.ts";
import { SCREEN_MIN } from "../panels/view.ts";
import type { CommandContext } from "./context.ts";
import { textFlag } from "./flags.ts";

export interface LiveScreen extends Disposable {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly keyboard: Keyboard;
  /** The context's signal, and "SIGHUP" when the terminal is gone. */
  readonly signal: AbortSignal;
}

/** Both ends are terminals, and large enough. */
export function hasRoomForScreen(): boolean {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) return false;
  return stdout.columns >= SCREEN_MIN.columns && stdout.rows >= SCREEN_MIN.rows;
}

export function openLiveScreen(context: CommandContext): LiveScreen {
  const lost = new AbortController();
  const signal = AbortSignal.any([context.signal, lost.signal]);
  const keyboard: Keyboard = { onKey: () => undefined };
  const obeyInHaste = createHaste();
  using opening = new DisposableStack();
  const terminal = opening.use(new Tty({ input: process.stdin, output: process.stdout }));
  const recorder = opening.use(openRecorder(context, terminal));
  const screen = opening.use(
    Screen.open({
      terminal,
      clock: context.clock,
      signal,
      onKey: (key) => {
        obeyInHaste(key);
        keyboard.onKey(key);
      },
      onResize: (size) => recorder?.resize(size),
      onLost: () => lost.abort("SIGHUP"),
      onFrame: (text) => recorder?.write(text),
    }),
  );
  const held = opening.move();
  const theme = createTheme({ colorLevel: colorLevelOf(context.env) });
  const dispose = () => {
    held.dispose();
    tellFailure(context, recorder);
  };
  return { screen, theme, keyboard, signal, [Symbol.dispose]: dispose };
}

/** The show went on without it: after the screen a person hears that the file ends too early. */
function tellFailure({ flags, printError }: CommandContext, recorder: Recorder | undefined): void {
  if (recorder?.failure === undefined) return;
  printError(
    `the recording ${textFlag(flags, "record")} ends before the show: ${recorder.failure}`,
  );
}

/** Who has asked to quit and presses Ctrl-C does not want to wait, on the screen or after it. */
function createHaste(): Keyboard["onKey"] {
  const endNow = () => process.exit(130);
  let isAsked = false;
  return (key) => {
    if (isAsked && key === "ctrl-c") endNow();
    if (isAsked || !asksToQuit(key)) return;
    isAsked = true;
    process.once("SIGINT", endNow);
  };
}

function openRecorder(
  { flags, clock, env }: CommandContext,
  { columns, rows }: Tty,
): Recorder | undefined {
  const path = textFlag(flags, "record");
  if (path === undefined) return undefined;
  return Recorder.open({ path, columns, rows, clock, terminalType: env.TERM ?? "xterm-256color" });
}

/** NO_COLOR and FORCE_COLOR as everywhere; else by what the terminal says of itself. */
export function colorLevelOf(env: CommandContext["env"]): ColorLevel {
  const { NO_COLOR, FORCE_COLOR, COLORTERM = "", TERM = "" } = env;
  if (FORCE_COLOR === "0" || FORCE_COLOR === "false") return 0;
  if (FORCE_COLOR === "2" || FORCE_COLOR === "3") return FORCE_COLOR === "2" ? 2 : 3;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return 1;
  if (NO_COLOR || TERM === "dumb") return 0;
  if (/truecolor|24bit/i.test(COLORTERM)) return 3;
  return /256/.test(TERM) ? 2 : 1;
}
