// The screen of a program that takes over the terminal: whole frames in, as little as possible out,
// and the terminal as it was at the end, whatever ends us. The one user of log-update.
import { Writable } from "node:stream";
import { createLogUpdate } from "log-update";
import type { Clock } from "../domain/clock.ts";
import { unreachable } from "../domain/errors.ts";
import type { Terminal, TerminalEvent } from "../domain/terminal.ts";
import type { Key } from "./keys-names.ts";
import { createKeyReader, type KeyReader } from "./keys-reader.ts";
import { clearTo, ENTER, LEAVE, synchronized } from "./screen-modes.ts";
import { createPace, type Pace } from "./screen-pace.ts";
import { changedRuns } from "./screen-runs.ts";
import type { ScreenSize } from "./view.ts";

/** The lines of one frame from the top, none wider than the screen, styles closed in each. */
export type Compose = (size: ScreenSize) => readonly string[];

export interface ScreenOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** All keys but Ctrl-L (draws everything anew) and Ctrl-Z (stops us until we are continued). */
  readonly onKey: (key: Key) => void;
  /** Before the first frame in the new size. */
  readonly onResize?: (size: ScreenSize) => void;
  /** The terminal is gone: nothing is drawn and no key comes any more. */
  readonly onLost: () => void;
  /** Everything that is written, as it is written. */
  readonly onFrame?: (text: string) => void;
  /** Gives the terminal back at once when aborted. */
  readonly signal: AbortSignal;
}

/** Last words to a terminal that is slow or held up. */
const FLUSH_MS = 500;
/** Far more than a stop needs to stop us; without job control nothing does. */
const STOP_MS = 50;

export class Screen implements Disposable {
  readonly #options: ScreenOptions;
  readonly #ending = new AbortController();
  readonly #keys: KeyReader;
  readonly #pace: Pace;
  readonly #listening: Disposable;
  /** `away`: the terminal is not ours for now. */
  #state: "open" | "away" | "left" = "away";
  #compose: Compose | undefined;
  #paint: Painter = createPainter(1);

  /** Takes the terminal over: the alternate screen, no cursor, every key ours. */
  static open(options: ScreenOptions): Screen {
    const screen = new Screen(options);
    if (options.signal.aborted) screen.leave();
    else screen.#enter();
    return screen;
  }

  private constructor(options: ScreenOptions) {
    const { terminal, clock, signal } = options;
    const ended = this.#ending.signal;
    this.#options = options;
    this.#keys = createKeyReader({ clock, signal: ended, onKey: (key) => this.#press(key) });
    this.#pace = createPace({ clock, signal: ended, show: () => this.#show() });
    this.#listening = terminal.listen((event) => this.#take(event));
    signal.addEventListener("abort", () => this.leave(), { signal: ended });
  }

  get size(): ScreenSize {
    const { columns, rows } = this.#options.terminal;
    return { columns, rows };
  }

  /**
   * From now on the screen shows what `compose` says. It is called when a frame is due, and again
   * after a resize: however often this is called, some 13 frames are written in a second, and at
   * most 50 composed. The newest one is always shown.
   */
  draw(compose: Compose): void {
    this.#compose = compose;
    this.#pace.ask();
  }

  /**
   * Gives the terminal back as it was, the first time, and then writes these lines on its normal
   * screen. Nothing is drawn and no key reported afterwards.
   */
  leave(closingLines: readonly string[] = []): void {
    if (this.#state === "open") this.#giveBack();
    if (this.#state !== "left") {
      this.#state = "left";
      this.#listening[Symbol.dispose]();
      this.#ending.abort();
    }
    if (closingLines.length > 0) this.#write(closingLines.map((line) => `${line}\r\n`).join(""));
    this.#options.terminal.flush(FLUSH_MS);
  }

  [Symbol.dispose](): void {
    this.leave();
  }

  #take(event: TerminalEvent): void {
    switch (event.type) {
      case "input":
        this.#keys.take(event.bytes);
        break;
      case "resized":
        // What it draws is of the new size already.
        this.#paint = createPainter(this.size.rows);
        this.#options.onResize?.(this.size);
        this.#pace.showNow();
        break;
      case "drained":
        this.#pace.ask();
        break;
      case "continued":
        this.#goOn();
        break;
      case "ending":
        this.leave();
        break;
      case "lost":
        this.leave();
        this.#options.onLost();
        break;
      default:
        unreachable(event);
    }
  }

  #press(key: Key): void {
    if (key === "ctrl-z") void this.#suspend();
    else if (key === "ctrl-l") this.#repaint();
    else this.#options.onKey(key);
  }

  async #suspend(): Promise<void> {
    this.#giveBack();
    this.#state = "away";
    this.#options.terminal.suspend();
    await this.#options.clock.sleep(STOP_MS, this.#ending.signal);
    if (this.#state === "away") this.#goOn();
  }

  /** Also when another stopped us: then the shell has changed the terminal behind our back. */
  #goOn(): void {
    this.#options.terminal.releaseInput();
    this.#enter();
  }

  #enter(): void {
    this.#state = "open";
    this.#write(ENTER);
    this.#options.terminal.grabInput();
    this.#repaint();
  }

  #giveBack(): void {
    const { terminal } = this.#options;
    this.#write(LEAVE);
    terminal.flush(FLUSH_MS);
    terminal.releaseInput();
  }

  #repaint(): void {
    this.#paint = createPainter(this.size.rows);
    if (this.#compose) this.#pace.showNow();
  }

  /** False when there was nothing to write. */
  #show(): boolean {
    // A terminal that is behind gets the newest frame when it has drained.
    if (this.#state !== "open" || !this.#compose || this.#options.terminal.isBehind) return false;
    const changes = this.#paint(this.#compose(this.size));
    if (changes === "") return false;
    this.#write(synchronized(changes));
    return true;
  }

  #write(text: string): void {
    this.#options.onFrame?.(text);
    this.#options.terminal.write(text);
  }
}

/** What must be written for these lines to be on the screen, given what it wrote before. */
export type Painter = (lines: readonly string[]) => string;

/**
 * log-update finds out what to move, erase and write; it is shown a short name for each line, for
 * it measures and wraps all it is shown, each time, and some emoji otherwise than the panels do. It
 * wants two things of us. When its first line changes it draws all of them: so its first line is
 * one above the screen, always empty. And it ends each frame with a line end, which would scroll:
 * so the screen's last row, where its cursor rests, is written here.
 */
export function createPainter(rows: number): Painter {
  const blank = Array.from({ length: rows }, () => "");
  let shown = blank;
  let written = "";
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      written += toTerminal(String(chunk), shown);
      done();
    },
  });
  const update = createLogUpdate(stream, { showCursor: true, defaultHeight: rows + 1 });
  const versions = Array.from({ length: rows - 1 }, () => 0);
  const show = () => update(["", ...versions.map(nameLine), ""].join("\n"));
  show();
  written = clearTo(rows);
  return (lines) => {
    const before = shown;
    shown = blank.map((_, row) => lines[row] ?? "");
    for (const { start, end } of changedRuns(before.slice(0, -1), shown.slice(0, -1))) {
      // It draws all from the first to the last change, so it is shown one run of them at a time.
      for (let row = start; row < end; row += 1) versions[row] = (versions[row] ?? 0) + 1;
      show();
    }
    const last = shown.at(-1) ?? "";
    const lastRow = last === before.at(-1) ? "" : `\r\x1b[2K${last}`;
    const changes = written + lastRow;
    written = "";
    return changes;
  };
}

const LINE_NAME = /#(\d+)\.\d+/g;

function nameLine(version: number, row: number): string {
  return `#${row}.${version}`;
}

/**
 * The lines in place of their names. On some terminals to erase the rest of a full line erases its
 * last character; the line was erased before it was written, anyway. And in raw mode not every
 * terminal returns at a line end.
 */
function toTerminal(text: string, lines: readonly string[]): string {
  return text
    .replaceAll("\x1b[K", "")
    .replaceAll("\n", "\r\n")
    .replace(LINE_NAME, (_, row) => lines[Number(row)] ?? "");
}
