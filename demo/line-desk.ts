// Keeps what the children say, and shows it: monitor and agent line by line, the load now and then.
import type { DemoEvent } from "./events.ts";
import { loadLineText, parseLoadLine } from "./load-lines.ts";
import type { ChildName } from "./stage.ts";

/** The load speaks once a second; every so many lines one is shown. */
const LOAD_LINES_SHOWN = 5;

export interface LineDesk {
  readonly lines: Readonly<Record<ChildName, readonly string[]>>;
  add(source: string, line: string): void;
}

export function createLineDesk(emit: (event: DemoEvent) => void): LineDesk {
  const lines: Record<ChildName, string[]> = { monitor: [], agent: [], load: [] };
  const add = (source: string, line: string) => {
    const isChild = source === "monitor" || source === "agent" || source === "load";
    if (isChild) lines[source].push(line);
    const shown = source === "load" ? shownLoadLine(line, lines.load.length) : line;
    if (shown !== undefined) emit({ type: "output", source, line: shown });
  };
  return { lines, add };
}

function shownLoadLine(line: string, count: number): string | undefined {
  const parsed = parseLoadLine(line);
  if (!parsed) return line;
  const isTurn = parsed.type !== "workload" || count % LOAD_LINES_SHOWN === 1;
  return isTurn ? loadLineText(parsed) : undefined;
}
