// operator workload: the load generator of a subject that is up. JSON lines on stdout.
import { resolve } from "node:path";
import { loadSubject } from "../../subjects/index.ts";
import { notUp } from "../runtimes/local/member.ts";
import { openRuntime } from "../runtimes/open.ts";
import { withParentPipe } from "./child-mode.ts";
import { containerLoadOf, runContainerLoad } from "./container-load.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { durationFlag, homeOf, numberFlag, textFlag, usage } from "./flags.ts";

const OPS_PER_SECOND = 200;
const KEYS = 1_000;

/**
 * Runs for `--duration`, or until it is told to stop. Exit 3: not all that was acknowledged is
 * there.
 */
export async function runWorkloadCommand(
  outer: CommandContext,
  load = loadSubject,
): Promise<ExitCode> {
  const context = withParentPipe(outer);
  const { words, flags, clock, random, signal, print, self } = context;
  const [name] = words;
  const ledgerFile = textFlag(flags, "ledger");
  if (name === undefined || ledgerFile === undefined) {
    throw usage("workload needs a subject and --ledger", "operator workload tikv --ledger FILE");
  }
  const definition = await load(name);
  const opened = await openRuntime({ definition, home: homeOf(context), self, clock });
  if (!opened) throw notUp(name);
  const { topology } = opened;
  const rate = {
    opsPerSecond: numberFlag(flags, "ops", { min: 1, max: 1_000_000 }) ?? OPS_PER_SECOND,
    keys: numberFlag(flags, "keys", { min: 1, max: 100_000_000 }) ?? KEYS,
  };
  const durationMs = durationFlag(flags, "duration");
  const place = containerLoadOf(definition, topology);
  if (place) {
    await runContainerLoad(context, { place, rate, owner: resolve(ledgerFile), durationMs });
    return 0;
  }
  const exitCode = await definition.runWorkload({
    topology,
    ledgerFile,
    ...rate,
    durationMs,
    clock,
    random,
    signal,
    print,
  });
  return exitCode === 0 ? 0 : 3;
}
