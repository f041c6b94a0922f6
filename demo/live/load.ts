// What the load generator says, second by second, for the panel.
import { parseLoadLine } from "../load-lines.ts";
import type { LoadMemory } from "./memory.ts";

/** A minute is drawn; a little more, for its left edge. */
const SECONDS_KEPT = 70;

/** Takes the newest line; one that was taken already adds nothing. */
export function takeLoadLine(load: LoadMemory, line: string | undefined): void {
  const parsed = line === undefined ? undefined : parseLoadLine(line);
  if (parsed?.type !== "workload" || parsed.at_ms === load.seconds.at(-1)?.atMs) return;
  load.seconds.push({
    atMs: parsed.at_ms,
    ops: parsed.ops,
    failures: parsed.failures,
    p50Ms: parsed.p50_ms ?? undefined,
    p99Ms: parsed.p99_ms ?? undefined,
  });
  load.acknowledgedWrites = (load.acknowledgedWrites ?? 0) + parsed.writes;
  if (load.seconds.length > SECONDS_KEPT) load.seconds.shift();
}
