// A terminal as a port: what is written to it is kept, and a test says what happens to it.
import type { Terminal, TerminalEvent } from "../../src/domain/terminal.ts";

export interface FakeTerminal extends Terminal {
  isBehind: boolean;
  columns: number;
  rows: number;
  /** Since this was last called. */
  taken(): string;
  readonly isGrabbed: boolean;
  emit(event: TerminalEvent): void;
}

export function createFakeTerminal(): FakeTerminal {
  let text = "";
  let isGrabbed = false;
  let onEvent: ((event: TerminalEvent) => void) | undefined;
  return {
    columns: 20,
    rows: 4,
    isBehind: false,
    get isGrabbed() {
      return isGrabbed;
    },
    write: (more) => {
      text += more;
    },
    flush: () => {},
    grabInput: () => {
      isGrabbed = true;
    },
    releaseInput: () => {
      isGrabbed = false;
    },
    suspend: () => {},
    listen: (listener) => {
      onEvent = listener;
      return {
        [Symbol.dispose]: () => {
          onEvent = undefined;
        },
      };
    },
    taken: () => {
      const taken = text;
      text = "";
      return taken;
    },
    emit: (event) => onEvent?.(event),
  };
}
