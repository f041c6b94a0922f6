// Where a subject's members are handled: through the broker that a person named, else as it is up
// here.
import { readFile } from "node:fs/promises";
import { messageOf, OperatorError } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import type { SubjectDefinition } from "../domain/subject.ts";
import { type OpenedRuntime, openRuntime } from "../runtimes/open.ts";
import type { CommandContext } from "./context.ts";
import { brokerOf, homeOf } from "./flags.ts";
import { openWhileItRestarts } from "./open-subject-patiently.ts";

/** Set for the commands of an agent: an engine that restarts under it calls no person. */
export const ENGINE_WAIT_ENV = "OPERATOR_ENGINE_WAIT";

/** Undefined when it is not up here, and no broker was named. Rejects as the runtimes do. */
export async function openRuntimeOf(
  context: CommandContext,
  {
    definition,
    endpoints,
  }: { readonly definition: SubjectDefinition; readonly endpoints: readonly string[] },
): Promise<OpenedRuntime | undefined> {
  const { self, clock, env } = context;
  const socket = brokerOf(context);
  if (socket === undefined) {
    const open = () => openRuntime({ definition, home: homeOf(context), self, clock });
    return env[ENGINE_WAIT_ENV] ? openWhileItRestarts(context, open) : open();
  }
  const { openBrokerRuntime } = await import("../runtimes/broker/runtime.ts");
  const settings = await settingsOf(context, definition);
  const subject = definition.name;
  const runtime = await openBrokerRuntime({ socket, subject, endpoints, settings });
  return { runtime, topology: runtime.topology };
}

/** What members share and no broker tells: as variables, or as files that they name. */
async function settingsOf(
  { env }: CommandContext,
  { docker }: SubjectDefinition,
): Promise<JsonObject> {
  const wanted = Object.entries(docker?.settings ?? {});
  const found = await Promise.all(
    wanted.map(async ([name, variable]) => [name, await readSetting(env, variable)] as const),
  );
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

async function readSetting(
  env: CommandContext["env"],
  variable: string,
): Promise<string | undefined> {
  const file = env[`${variable}_FILE`];
  if (!file) return env[variable] || undefined;
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new OperatorError("runtime", `reading ${variable}_FILE: ${messageOf(cause)}`, { cause });
  });
  return text.trim() || undefined;
}
