// operator stand-in: one program's place taken, as an image of ours does it. Internal.
import { loadSubject } from "../../subjects/index.ts";
import { OperatorError } from "../domain/errors.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { usage } from "./flags.ts";

/** Set in an image of ours; the programs themselves have no flag for it. */
const TIME_SCALE_ENV = "OPERATOR_TIME_SCALE";

/** Runs until SIGTERM. What it prints is its log. */
export async function runStandIn(context: CommandContext, load = loadSubject): Promise<ExitCode> {
  const [subject, program, ...words] = context.words;
  if (subject === undefined || program === undefined) {
    throw usage(
      "stand-in needs a subject and a program",
      "operator stand-in tikv pd-server -- --name=pd1",
    );
  }
  const { clock, random, signal, printOrLose } = context;
  const definition = await load(subject);
  if (!definition.runStandIn) {
    throw new OperatorError("not_found", `no program of ${subject} is stood in for`);
  }
  const timeScale = timeScaleOf(context);
  const log = printOrLose;
  const exitCode = await definition.runStandIn({
    program,
    words,
    timeScale,
    clock,
    random,
    signal,
    log,
  });
  return exitCode === 0 ? 0 : 1;
}

function timeScaleOf({ env }: CommandContext): number {
  const text = env[TIME_SCALE_ENV] ?? "1";
  if (Number(text) >= 1) return Number(text);
  throw usage(`${TIME_SCALE_ENV} ${text}: must be a number from 1`);
}
