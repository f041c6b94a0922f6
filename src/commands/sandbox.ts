// operator sandbox: the inner side of the sandbox that an agent's commands run in. Started in it,
// by `infra/sandbox.ts` and by the programs of its door.
import type { OutputName } from "../infra/child.ts";
import { offerLine } from "../infra/output.ts";
import { DOOR_ENV, readRelayPlan } from "../infra/sandbox-protocol.ts";
import { askOutside, runBehindDoor } from "../infra/sandbox-relay.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { usage } from "./flags.ts";

/** Ends with the exit code of what was run, or asked for. */
export async function runSandbox(context: CommandContext): Promise<ExitCode> {
  const [verb, ...words] = context.words;
  if (verb === "relay") return process.exit(await relay(words));
  if (verb === "ask") return process.exit(await ask(context, words));
  throw usage("sandbox is started by an agent: relay or ask");
}

function relay([plan, command]: readonly string[]): Promise<number> {
  if (plan === undefined || command === undefined) throw usage("relay needs a plan and a command");
  return runBehindDoor(command, readRelayPlan(plan));
}

function ask({ env }: CommandContext, words: readonly string[]): Promise<number> {
  const door = env[DOOR_ENV];
  if (door === undefined) throw usage(`ask needs ${DOOR_ENV}: it is for a sandbox`);
  // `docker logs --follow | head` has an end.
  const onLines = (lines: string, stream: OutputName) =>
    offerLine(lines, stream === "stdout" ? 1 : 2);
  return askOutside(words, { door, onLines });
}
