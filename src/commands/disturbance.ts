// operator disturbance: what a helper container does beside a member that is disturbed from
// outside. Internal.
import { runOrder } from "../runtimes/docker/disturb/inside/run-order.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { usage } from "./flags.ts";

/** Runs until SIGTERM, or until what it was told to lift is lifted. What it prints is its log. */
export async function runDisturbance(context: CommandContext): Promise<ExitCode> {
  const [order] = context.words;
  if (order === undefined) {
    throw usage("disturbance needs an order", `operator disturbance '{"do":"lift","type":"loss"}'`);
  }
  const { clock, random, signal, printOrLose: say } = context;
  await runOrder(order, { clock, random, signal, say });
  return 0;
}
