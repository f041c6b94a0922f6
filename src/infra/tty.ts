// The terminal that this process was started in, from its standard streams.
import type { ReadStream, WriteStream } from "node:tty";
import type { Terminal, TerminalEvent } from "../domain/terminal.ts";
import { atLastMoments } from "./last-moments.ts";
import { TtyOutput } from "./tty-output.ts";

export interface TtyStreams {
  readonly input: ReadStream;
  readonly output: WriteStream & { readonly fd: number };
}

// What a terminal has that does not know its size.
const COLUMNS = 80;
const ROWS = 24;

export class Tty implements Terminal, Disposable {
  readonly #streams: TtyStreams;
  readonly #output: TtyOutput;
  #onEvent: (event: TerminalEvent) => void = ignore;
  #wasRaw: boolean | undefined;
  #isLost = false;

  /** Both streams must be terminals. */
  constructor(streams: TtyStreams) {
    this.#streams = streams;
    this.#output = new TtyOutput({
      fileDescriptor: streams.output.fd,
      onDrained: () => this.#onEvent({ type: "drained" }),
      onLost: () => this.#lose(),
    });
  }

  get columns(): number {
    return this.#streams.output.columns || COLUMNS;
  }

  get rows(): number {
    return this.#streams.output.rows || ROWS;
  }

  get isBehind(): boolean {
    return this.#output.isBehind;
  }

  write(text: string): void {
    this.#output.write(text);
  }

  flush(withinMs: number): void {
    this.#output.flush(withinMs);
  }

  grabInput(): void {
    const { input } = this.#streams;
    this.#wasRaw ??= input.isRaw;
    input.setRawMode(true);
    input.resume();
  }

  releaseInput(): void {
    if (this.#wasRaw === undefined) return;
    const { input } = this.#streams;
    input.pause();
    if (!this.#isLost) input.setRawMode(this.#wasRaw);
    this.#wasRaw = undefined;
  }

  suspend(): void {
    // To the group, as the terminal's driver does: a shell waits for all that it started.
    process.kill(0, "SIGTSTP");
  }

  listen(onEvent: (event: TerminalEvent) => void): Disposable {
    this.#onEvent = onEvent;
    const { input, output } = this.#streams;
    const lose = () => this.#lose();
    const take = (bytes: Buffer) => onEvent({ type: "input", bytes });
    const resize = () => onEvent({ type: "resized" });
    const goOn = () => {
      onEvent({ type: "continued" });
      // Who was stopped was not in the foreground: nobody told it of a new size.
      process.kill(process.pid, "SIGWINCH");
    };
    const lastMoments = atLastMoments(() => onEvent({ type: "ending" }));
    input.on("data", take).on("end", lose).on("error", lose);
    output.on("resize", resize).on("error", lose);
    process.on("SIGCONT", goOn);
    return {
      [Symbol.dispose]: () => {
        this.#onEvent = ignore;
        lastMoments[Symbol.dispose]();
        input.off("data", take).off("end", lose).off("error", lose);
        output.off("resize", resize).off("error", lose);
        process.off("SIGCONT", goOn);
      },
    };
  }

  [Symbol.dispose](): void {
    this.#output[Symbol.dispose]();
  }

  #lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#output[Symbol.dispose]();
    this.#onEvent({ type: "lost" });
  }
}

function ignore(): void {}
