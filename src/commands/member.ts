// operator member: a member that is no program of its own, as `subject up` starts it. Internal.
import { loadSubject } from "../../subjects/index.ts";
import { becomeMember } from "../runtimes/local/member-process.ts";
import { LAUNCH_ENV } from "../runtimes/local/spawn.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { homeOf, textFlag, usage } from "./flags.ts";

/** Runs until SIGTERM. Everything that it prints goes to the member's log. */
export async function runMember(context: CommandContext, load = loadSubject): Promise<ExitCode> {
  const { words, flags, env, clock, random, signal, printOrLose } = context;
  const [subject, member] = words;
  const token = env[LAUNCH_ENV];
  if (subject === undefined || member === undefined || token === undefined) {
    throw usage(
      "member is started by operator itself",
      "operator subject start <subject> <member>",
    );
  }
  const definition = await load(subject);
  const home = textFlag(flags, "home") ?? homeOf(context);
  const startedAtMs = clock.now();
  const claimed = await becomeMember({ home, subject, member, token, startedAtMs });
  const exitCode = await definition.runMember({
    member: claimed.plan,
    topology: claimed.topology,
    dataDir: claimed.dataDir,
    clock,
    random,
    signal,
    log: (line) => printOrLose(`${new Date(clock.now()).toISOString()} ${line}`),
  });
  await claimed.recordExit(exitCode);
  return exitCode === 0 ? 0 : 1;
}
