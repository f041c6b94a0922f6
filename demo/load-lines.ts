// The JSON lines of the load generator, as far as a demo needs them.
import { z } from "zod";
import { readJsonLine } from "../src/infra/exact-json.ts";

const lineSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("workload"),
    at_ms: z.number(),
    ops: z.number(),
    writes: z.number(),
    failures: z.number(),
    p50_ms: z.number().nullable(),
    p99_ms: z.number().nullable(),
  }),
  z.object({
    type: z.literal("ledger"),
    acknowledged: z.number(),
    lost: z.number(),
    unreadable: z.number(),
  }),
]);

export type LoadLine = z.infer<typeof lineSchema>;

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
      const { acknowledged, lost, unreadable } = line;
      return `${acknowledged} writes acknowledged, ${lost} lost, ${unreadable} unreadable`;
    }
  }
}

function milliseconds(value: number | null): string {
  return value === null ? "-" : `${value.toFixed(1)} ms`;
}
