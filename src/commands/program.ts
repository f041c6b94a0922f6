// operator program: a program of a subject with a command line of its own, as a container of ours
// starts it: a service that knows no topology, or a stand-in with the flags of the real one.
import { loadSubject } from "../../subjects/index.ts";
import { OperatorError } from "../domain/errors.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { usage } from "./flags.ts";

/** Set in an image of stand-ins; the programs themselves have no flag for it. */
const TIME_SCALE_ENV = "OPERATOR_TIME_SCALE";

/** Runs until SIGTERM. What it prints is its log. */
export async function runProgram(context: CommandContext, load = loadSubject): Promise<ExitCode> {
  const [subject, program, ...words] = context.words;
  if (subject === undefined || program === undefined) {
    throw usage(
      "program needs a subject and one of its programs",
      "operator program tikv pd-server -- --name=pd1",
    );
  }
  const { env, clock, random, signal, printOrLose: log } = context;
  const definition = await load(subject);
  if (!definition.runProgram) {
    throw new OperatorError("not_found", `${subject} has no programs of its own`);
  }
  const timeScale = timeScaleOf(context);
  const world = { env, clock, random, signal, log };
  const exitCode = await definition.runProgram({ program, words, timeScale, ...world });
  return exitCode === 0 ? 0 : 1;
}

function timeScaleOf({ env }: CommandContext): number {
  const text = env[TIME_SCALE_ENV] ?? "1";
  if (Number(text) >= 1) return Number(text);
  throw usage(`${TIME_SCALE_ENV} ${text}: must be a number from 1`);
}
