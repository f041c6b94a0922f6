// A stand-in cluster of a benchmark's own, raised and lowered by the executable itself.
import { join } from "node:path";
import type { Runtime } from "../../src/domain/runtime.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { openLocalRuntime } from "../../src/runtimes/local/open.ts";
import { tikv } from "../../subjects/tikv/definition.ts";
import { type BenchContext, runExecutable } from "./measure.ts";

export interface BenchCluster extends AsyncDisposable {
  readonly home: string;
  readonly databasePath: string;
  readonly runtime: Runtime;
  /** A monitor at 1 s, as a process of its own. */
  startMonitor(): Bun.Subprocess;
}

const TIME_SCALE = "10";

export async function raiseCluster(bench: BenchContext): Promise<BenchCluster> {
  const home = join(bench.dir, "home");
  const env = { OPERATOR_HOME: home };
  const run = async (words: readonly string[]) => {
    const { exitCode, stdout } = await runExecutable(bench, words, env);
    if (exitCode !== 0) throw new Error(`${words.join(" ")}: exit ${exitCode}\n${stdout}`);
  };
  await run(["subject", "up", "tikv", "--time-scale", TIME_SCALE]);
  const self = [bench.executable];
  const local = await openLocalRuntime({ definition: tikv, home, self, clock: systemClock });
  if (!local) throw new Error("the cluster is up, and yet it is not there");
  const databasePath = join(home, "tickets.db");
  return {
    home,
    databasePath,
    runtime: local.runtime,
    startMonitor: () =>
      Bun.spawn([bench.executable, "monitor", "--subject", "tikv", "--interval", "1s"], {
        env: { PATH: process.env.PATH ?? "", ...env },
        stdio: ["ignore", "ignore", "inherit"],
      }),
    [Symbol.asyncDispose]: () => run(["subject", "down", "tikv"]),
  };
}
