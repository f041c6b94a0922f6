// The load generator in the test's own process, against nodes on any ports.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Topology } from "../../../src/domain/subject.ts";
import { seededRandom, systemClock } from "../../../src/infra/clock.ts";
import { runWorkload } from "../../../subjects/ratelimiter/workload/main.ts";
import { eventually } from "../../support/eventually.ts";

const countsSchema = z.object({ allowed: z.int(), denied: z.int() });
const secondSchema = z.strictObject({
  type: z.literal("workload"),
  at_ms: z.int(),
  ops: z.int(),
  failures: z.int(),
  p50_ms: z.number().nullable(),
  p99_ms: z.number().nullable(),
  counts: countsSchema,
  unsent: z.int(),
  retries: z.int(),
});
const ledgerSchema = z.strictObject({
  type: z.literal("ledger"),
  verdict: z.enum(["kept", "broken", "unchecked"]),
  figures: countsSchema.extend({
    allowed_above_limit: z.int().nullable(),
    wrongly_denied: z.int().nullable(),
  }),
  incidents: z.array(z.object({ at_ms: z.int(), name: z.string(), count: z.int() })),
  failures: z.int(),
  unsent: z.int(),
  retries: z.int(),
});

export type SecondLine = z.infer<typeof secondSchema>;
export type LedgerLine = z.infer<typeof ledgerSchema>;

export interface StartedLoad extends AsyncDisposable {
  readonly seconds: readonly SecondLine[];
  /** Until so many more seconds have been printed. */
  untilSeconds(count: number): Promise<void>;
  /** As SIGTERM would. */
  stop(): Promise<{ readonly exitCode: number; readonly ledger: LedgerLine }>;
}

export interface LoadGiven {
  readonly ports: readonly number[];
  readonly opsPerSecond: number;
  /** Called at each second, after it was printed. */
  readonly onSecond?: (second: SecondLine) => void;
}

export function topologyOf(ports: readonly number[]): Topology {
  const members = ports.map((api, index) => ({
    name: `node${index + 1}`,
    role: "limiter",
    isStandIn: false,
    ports: { api },
    settings: {},
  }));
  return { subject: "ratelimiter", timeScale: 1, members, endpoints: [] };
}

export function parseLedgerLine(line: string | undefined): LedgerLine {
  return ledgerSchema.parse(JSON.parse(line ?? ""));
}

/** Its ledger lies in a directory of its own. */
export function startLoad({ ports, opsPerSecond, onSecond }: LoadGiven): StartedLoad {
  const home = mkdtempSync(join(tmpdir(), "limiter-load-"));
  const stopping = new AbortController();
  const seconds: SecondLine[] = [];
  let last: string | undefined;
  const ended = runWorkload({
    topology: topologyOf(ports),
    ledgerFile: join(home, "ledger.jsonl"),
    opsPerSecond,
    keys: 1_000,
    durationMs: undefined,
    clock: systemClock,
    random: seededRandom(1),
    signal: stopping.signal,
    print: (line) => {
      last = line;
      if (line.startsWith('{"type":"ledger"')) return;
      const second = secondSchema.parse(JSON.parse(line));
      seconds.push(second);
      onSecond?.(second);
    },
  });
  return {
    seconds,
    untilSeconds: async (count) => {
      const wanted = seconds.length + count;
      await eventually(() => seconds.length >= wanted, `${count} more seconds`, 30_000);
    },
    stop: async () => {
      stopping.abort();
      const exitCode = await ended;
      return { exitCode, ledger: parseLedgerLine(last) };
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await Promise.allSettled([ended]);
      rmSync(home, { recursive: true });
    },
  };
}
