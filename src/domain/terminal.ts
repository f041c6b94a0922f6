// Port: the terminal that a person sits at, as bytes in both directions. What the bytes mean is the
// business of whoever draws.

export type TerminalEvent =
  /** What was typed, in pieces of any size. */
  | { readonly type: "input"; readonly bytes: Uint8Array }
  | { readonly type: "resized" }
  /** It has taken everything that was written. */
  | { readonly type: "drained" }
  /** It was closed, or its connection was: nothing reaches it any more. Comes once. */
  | { readonly type: "lost" }
  /** The process was stopped and goes on: another program may have used the terminal meanwhile. */
  | { readonly type: "continued" }
  /** The process ends or is about to report a crash: the last moment to put things back. */
  | { readonly type: "ending" };

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  /**
   * Whether it has yet to take some of what was written, as it was held up or is slow. To write
   * more would only make the heap grow: wait for `drained`.
   */
  readonly isBehind: boolean;
  /** Takes the text whole and never waits. Does nothing once the terminal is lost. */
  write(text: string): void;
  /** Waits until everything is taken, but no longer; stops the whole process meanwhile. */
  flush(withinMs: number): void;
  /** Every key is read as it is typed, unechoed, Ctrl-C and Ctrl-Z among them. */
  grabInput(): void;
  /** Nothing is read any more, and the terminal treats what is typed as before. Idempotent. */
  releaseInput(): void;
  /** Stops this process and its group, as Ctrl-Z does to programs that do not grab the input. */
  suspend(): void;
  /** One listener at a time, until the result is disposed. */
  listen(onEvent: (event: TerminalEvent) => void): Disposable;
}
