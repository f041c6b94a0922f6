// The JSON lines of a load generator, as `src/domain/load.ts` has them.
import { z } from "zod";
import type { LoadLedger, LoadSecond } from "../src/domain/load.ts";
import { readJsonLine } from "../src/infra/exact-json.ts";

const lineSchema: z.ZodType<LoadLine> = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("workload"),
    at_ms: z.number(),
    ops: z.number(),
    failures: z.number(),
    p50_ms: z.number().nullable(),
    p99_ms: z.number().nullable(),
    counts: z.record(z.string(), z.number()),
  }),
  z.object({
    type: z.literal("ledger"),
    verdict: z.enum(["kept", "broken", "unchecked", "no_ledger"]),
    figures: z.record(z.string(), z.number().nullable()),
    incidents: z
      .array(z.object({ at_ms: z.number(), name: z.string(), count: z.number() }))
      .optional(),
  }),
]);

export type LoadLine = LoadSecond | LoadLedger;

/** Undefined for any other line. */
export function parseLoadLine(line: string): LoadLine | undefined {
  if (!line.startsWith("{")) return undefined;
  const parsed = lineSchema.safeParse(readJsonLine(line));
  return parsed.success ? parsed.data : undefined;
}

export function loadLineText(line: LoadLine): string {
  switch (line.type) {
    case "workload": {
      const latency = `p50 ${milliseconds(line.p50_ms)}, p99 ${milliseconds(line.p99_ms)}`;
      return `${line.ops} ops/s, ${latency}, ${line.failures} failed`;
    }
    case "ledger": {
      const figures = Object.entries(line.figures);
      const counted = figures.map(
        ([name, value]) => `${value ?? "?"} ${name.replaceAll("_", " ")}`,
      );
      return `${counted.join(", ")}: ${line.verdict.replace("_", " ")}`;
    }
  }
}

function milliseconds(value: number | null): string {
  return value === null ? "-" : `${value.toFixed(1)} ms`;
}
