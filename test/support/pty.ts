// A program in a real terminal: a PTY whose bytes a terminal emulator shows.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { createTerminalScreen, type TerminalModes } from "./terminal-screen.ts";

export interface PtyOptions {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly columns?: number;
  readonly rows?: number;
  /** Given the bytes as they come, before they are shown. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

export interface Pty extends AsyncDisposable {
  readonly pid: number;
  /** The exit code; 128 and more when a signal ended it, as shells count. */
  readonly exited: Promise<number>;
  /** What the screen shows once it has shown all bytes so far. */
  settled(): Promise<readonly string[]>;
  screen(): readonly string[];
  styledScreen(): readonly string[];
  /** As `TerminalScreen.cells`. */
  cells(): readonly (readonly string[])[];
  /** With the rows that have scrolled off. */
  scrollback(): readonly string[];
  /** Of a whole frame. Rejects, showing the screen, when it does not come true within 15 s. */
  untilScreen(
    isTrue: (text: string, rows: readonly string[]) => boolean,
    what: string,
  ): Promise<void>;
  readonly modes: TerminalModes;
  /** Everything the program has written; `bytes` counts it. */
  written(): string;
  readonly bytes: number;
  type(text: string | Uint8Array): void;
  resize(columns: number, rows: number): void;
  /** As when the window is closed. */
  close(): void;
}

/** The program leads a session of its own, and is its terminal's foreground group. */
export function openPty(options: PtyOptions): Pty {
  const { command, env = {}, columns = 80, rows = 24, onBytes } = options;
  const screen = createTerminalScreen({ columns, rows, onAnswer: (text) => pty.write(text) });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let shown = Promise.resolve();
  const child = Bun.spawn([...command], {
    env: { ...process.env, TERM: "xterm-256color", ...env },
    terminal: {
      cols: columns,
      rows,
      data: (_, data) => {
        onBytes?.(data);
        chunks.push(data.slice());
        bytes += data.length;
        shown = screen.write(data);
      },
    },
  });
  const pty = terminalOf(child);
  const written = () => Buffer.concat(chunks).toString();
  return {
    pid: child.pid,
    exited: child.exited,
    settled: async () => {
      await shown;
      return screen.rows();
    },
    screen: screen.rows,
    styledScreen: screen.styledRows,
    cells: screen.cells,
    scrollback: screen.scrollback,
    untilScreen: async (isTrue, what) => {
      const look = () => !screen.isMidFrame && isTrue(screen.rows().join("\n"), screen.rows());
      await eventually(look, what).catch((error) => {
        throw new Error(`${what}; the screen shows:\n${screen.rows().join("\n")}`, {
          cause: error,
        });
      });
    },
    get modes() {
      return screen.modes;
    },
    written,
    get bytes() {
      return bytes;
    },
    type: (text) => pty.write(text),
    resize: (newColumns, newRows) => {
      screen.resize(newColumns, newRows);
      pty.resize(newColumns, newRows);
    },
    close: () => pty.close(),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, "SIGKILL");
      await child.exited;
      if (!pty.closed) pty.close();
      await shown;
      screen[Symbol.dispose]();
    },
  };
}

/** A command that notes how the terminal is set before and after another one. */
export function withSettingsNoted(command: readonly string[], dir: string): readonly string[] {
  const script = 'stty -a > "$0/before"; "$@"; code=$?; stty -a > "$0/after"; exit $code';
  return ["sh", "-c", script, dir, ...command];
}

/** What it noted. The sizes may differ: a person may have resized it. */
export async function notedSettings(dir: string): Promise<readonly [string, string]> {
  const read = async (name: string) => {
    const text = await readFile(join(dir, name), "utf8");
    return text.replace(/rows \d+; columns \d+;/, "");
  };
  return [await read("before"), await read("after")];
}

function terminalOf(child: Bun.Subprocess): Bun.Terminal {
  if (!child.terminal) throw new Error("no PTY");
  return child.terminal;
}
