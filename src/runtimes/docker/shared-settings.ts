// Settings that all members share, a token for one, as variables of the compose file: chosen once
// with the ports, so that containers and whoever calls them have the same.
import type { JsonObject } from "../../domain/json.ts";
import type { DockerPlan, SubjectDefinition } from "../../domain/subject.ts";
import type { Environment, Variables } from "./variables.ts";

export interface SettingsChoice {
  readonly definition: SubjectDefinition;
  readonly plan: DockerPlan;
  readonly env: Environment;
}

/** As the person's environment says; else newly made. */
export function chooseSharedSettings({ definition, plan, env }: SettingsChoice): Variables {
  const made = definition.local.sharedSettings?.() ?? {};
  const chosen = Object.entries(plan.settings ?? {}).map(
    ([name, variable]) => [variable, env[variable] || String(made[name])] as const,
  );
  return Object.fromEntries(chosen);
}

/** What was chosen, as every member's settings. */
export function sharedSettingsIn(variables: Variables, { settings = {} }: DockerPlan): JsonObject {
  const kept = Object.entries(settings).map(
    ([name, variable]) => [name, variables[variable] ?? ""] as const,
  );
  return Object.fromEntries(kept);
}
