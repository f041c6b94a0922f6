// What an asciicast player shows.
import { readCast } from "../../demo/picture/cast.ts";
import { createTerminalScreen, type TerminalScreen } from "./terminal-screen.ts";

export interface ReplayOptions {
  /** Stops before the first writing that begins with this. */
  readonly until?: string;
  /** After each writing, and what was written. */
  readonly onWritten?: (screen: TerminalScreen, data: string) => void;
}

/** Throws when a line is not whole. */
export async function replayCast(
  text: string,
  { until, onWritten }: ReplayOptions = {},
): Promise<TerminalScreen> {
  const { columns, rows, events } = readCast(text);
  const screen = createTerminalScreen({ columns, rows });
  for (const event of events) {
    if (event.type === "resize") {
      screen.resize(event.columns, event.rows);
      continue;
    }
    if (until !== undefined && event.text.startsWith(until)) break;
    await screen.write(event.text);
    onWritten?.(screen, event.text);
  }
  return screen;
}
