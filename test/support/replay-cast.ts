// What an asciicast player shows.
import { z } from "zod";
import { createTerminalScreen, type TerminalScreen } from "./terminal-screen.ts";

const header = z.object({ width: z.number(), height: z.number() });
const event = z.tuple([z.number(), z.enum(["o", "r"]), z.string()]);

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
  const [head = "", ...lines] = text.trimEnd().split("\n");
  const { width, height } = header.parse(JSON.parse(head));
  const screen = createTerminalScreen({ columns: width, rows: height });
  for (const line of lines) {
    const [, kind, data] = event.parse(JSON.parse(line));
    if (until !== undefined && data.startsWith(until)) break;
    const [columns = 0, rows = 0] = data.split("x").map(Number);
    if (kind === "r") screen.resize(columns, rows);
    else {
      await screen.write(data);
      onWritten?.(screen, data);
    }
  }
  return screen;
}
