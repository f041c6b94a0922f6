// operator broker: alone has the engine's socket, and does with the members of one project what is
// offered to those who must not have it. It runs until a signal.
import { join, resolve } from "node:path";
import { loadSubject } from "../../subjects/index.ts";
import type { SubjectDefinition } from "../domain/subject.ts";
import { serveBroker } from "../runtimes/broker/serve.ts";
import { openBrokered } from "../runtimes/docker/brokered.ts";
import { subjectPaths } from "../runtimes/local/layout.ts";
import { readTopology } from "../runtimes/local/records.ts";
import { type CommandContext, type ExitCode, exitCodeOfSignal } from "./context.ts";
import { BROKER_ENV, homeOf, textFlag, usage } from "./flags.ts";

export async function runBroker(context: CommandContext): Promise<ExitCode> {
  const { env, flags, clock, signal, printOrLose: say } = context;
  const name = textFlag(flags, "subject");
  if (name === undefined) throw usage("broker needs --subject", "operator broker --subject tikv");
  const definition = await loadSubject(name);
  const { docker: plan } = definition;
  if (!plan) throw usage(`broker --subject ${name}: it does not run in containers`);
  const { project, host } = await placeOf(context, definition);
  const folder = resolve(homeOf(context), "broker");
  const named = textFlag(flags, "socket") ?? env[BROKER_ENV];
  const record = textFlag(flags, "record");
  await serveBroker({
    socket: named === undefined ? join(folder, "broker.sock") : resolve(named),
    recordFile: record === undefined ? join(folder, "record.jsonl") : resolve(record),
    serves: `${name}, project ${project}`,
    open: openBrokered({ definition, plan, project, host, clock }),
    ...{ clock, signal, say },
  });
  return exitCodeOfSignal(signal);
}

/** As a person says it; else as the subject is up here. */
async function placeOf(
  context: CommandContext,
  { name }: SubjectDefinition,
): Promise<{ readonly project: string; readonly host: string | undefined }> {
  const { env, flags } = context;
  const project = textFlag(flags, "project") ?? env.OPERATOR_PROJECT;
  if (project) return { project, host: env.DOCKER_HOST };
  const topology = await readTopology(subjectPaths(resolve(homeOf(context)), name));
  if (topology?.docker) return topology.docker;
  throw usage(
    `broker: ${name} is not up in containers here, and no project was named`,
    "--project names it, as compose does",
  );
}
