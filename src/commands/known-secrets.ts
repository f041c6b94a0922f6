// Values of our environment, and of what was typed, that must appear in nothing that is told.
import { readFileSync } from "node:fs";
import type { CommandContext } from "./context.ts";
import { holdsSecret, namesSecretFile } from "./secret-names.ts";

export function secretsOf(env: CommandContext["env"]): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (holdsSecret(name)) return [value];
    return namesSecretFile(name) ? readSecret(value) : passwordsIn(value);
  });
}

/** Of a URL, or of several: `REDIS_URL`. As it is written there, and as it is meant. */
export function passwordsIn(value: string): readonly string[] {
  return value.split(",").flatMap((one) => {
    const { password = "" } = URL.parse(one.trim()) ?? {};
    if (password === "") return [];
    const meant = new URLSearchParams(`_=${password.replaceAll("+", "%2B")}`).get("_");
    return [...new Set([password, meant ?? password])];
  });
}

/** What we may not read, no command of ours may. */
function readSecret(path: string): readonly string[] {
  try {
    return [readFileSync(path, "utf8")];
  } catch {
    return [];
  }
}
