// The declared source of limits: a file that people edit and the API never writes.
import { join } from "node:path";
import { OperatorError } from "../../../src/domain/errors.ts";
import { createFileExclusively, readFileIfThere } from "../../../src/infra/files.ts";
import { parseJsonText } from "../../../src/infra/json-text.ts";
import { type LimitsFile, limitsFileSchema, type Rule } from "../declared.ts";
import { flawOfUserKey } from "../keys.ts";

/**
 * Reads `<dataDir>/limits.json`, which is written from `initial` when it is missing.
 * Rejects with code "usage" when it does not say what it should: no limit is guessed.
 */
export async function readLimits(dataDir: string, initial: LimitsFile): Promise<LimitsFile> {
  const path = join(dataDir, "limits.json");
  await createFileExclusively(path, `${JSON.stringify(initial, null, 2)}\n`);
  return parseLimits(path, (await readFileIfThere(path)) ?? "");
}

/** The declared rule of a key, whatever overrides it. */
export function declaredRule(limits: LimitsFile, key: string): Rule {
  const own = Object.hasOwn(limits.keys, key) ? limits.keys[key] : undefined;
  return own ?? limits.default;
}

function parseLimits(path: string, text: string): LimitsFile {
  const parsed = limitsFileSchema.safeParse(parseJsonText(text));
  const flaw = parsed.success
    ? Object.keys(parsed.data.keys).find((key) => flawOfUserKey(key) !== undefined)
    : undefined;
  if (parsed.success && flaw === undefined) return parsed.data;
  const issue = parsed.error?.issues[0];
  const cause = issue
    ? `${issue.path.join(".")}: ${issue.message}`
    : `${JSON.stringify(flaw)} cannot be a key`;
  throw new OperatorError("usage", `read the declared limits in ${path}: ${cause}`, {
    hint: '{"default": {"limit": 30, "window_ms": 5000}, "keys": {"name": {…}}}',
  });
}
