// Variables that a command sets: harmless names, and those that change what other programs do.
import type { Assignment } from "unbash";
import type { Effect } from "../../domain/effect.ts";

/** Besides lower-case names, which programs do not read from their environment. */
const HARMLESS: ReadonlySet<string> = new Set(["COLUMNS", "LANG", "LC_ALL", "NO_COLOR", "TZ"]);

export function classifyAssignment({ name, text }: Assignment): readonly Effect[] {
  return isHarmless(name) ? [] : [{ kind: "unknown", targets: [], source: text }];
}

/** For `env NAME=value command` and `export NAME=value`, which are plain words to the parser. */
export function classifyAssignedWord(text: string): readonly Effect[] {
  const name = text.split("=", 1)[0] ?? "";
  return isHarmless(name) ? [] : [{ kind: "unknown", targets: [], source: text }];
}

function isHarmless(name: string): boolean {
  return HARMLESS.has(name) || /^[a-z_][a-z0-9_]*$/.test(name);
}
