// The first minute: from launch of the headless demo to the verified resolution, runbook model.
import { z } from "zod";
import {
  type Benchmark,
  type Figure,
  median,
  percentile,
  runExecutable,
  spread,
} from "./measure.ts";

const DEMOS = 10;

const lineSchema = z.object({
  type: z.string(),
  step: z.string().optional(),
  at_s: z.number().optional(),
  timeToDetectMs: z.number().nullable().optional(),
  timeToMitigateMs: z.number().nullable().optional(),
});

interface Times {
  readonly verifiedMs: number;
  readonly ticketToVerifiedMs: number;
}

export const demos: Benchmark = {
  name: "demos",
  describes: `${DEMOS} headless demos`,
  async run(bench) {
    const times: Times[] = [];
    for (let seed = 1; seed <= DEMOS; seed += 1) {
      const words = ["demo", "tikv", "--headless", "--json", "--model", "runbook"];
      const run = await runExecutable(bench, [...words, "--seed", `${seed}`], {
        TMPDIR: bench.dir,
      });
      if (run.exitCode !== 0) throw new Error(`demo ${seed}: exit ${run.exitCode}\n${run.stdout}`);
      const found = timesOf(run.stdout);
      bench.say(`seed ${seed}: verified ${found.verifiedMs} ms after launch`);
      times.push(found);
    }
    return [
      figure(
        "launch to verified, p95",
        times.map(({ verifiedMs }) => verifiedMs),
        30_000,
      ),
      figure(
        "ticket to verified, p95",
        times.map(({ ticketToVerifiedMs }) => ticketToVerifiedMs),
        10_000,
      ),
    ];
  },
};

function timesOf(stdout: string): Times {
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => lineSchema.parse(JSON.parse(line)));
  const verified = lines.find(({ step }) => step === "resolved");
  const summary = lines.find(({ type }) => type === "summary");
  return {
    verifiedMs: (verified?.at_s ?? Number.NaN) * 1000,
    ticketToVerifiedMs: (summary?.timeToMitigateMs ?? Number.NaN) - (summary?.timeToDetectMs ?? 0),
  };
}

function figure(name: string, values: readonly number[], max: number): Figure {
  const how = `median ${Math.round(median(values))}; ${spread(values)}; a stand-in cluster`;
  return { name, value: percentile(values, 0.95), unit: "ms", bound: { max }, how };
}
