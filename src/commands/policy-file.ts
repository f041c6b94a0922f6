// Where a person's policy is: the file that was named, or policy.yaml in OPERATOR_HOME.
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { NO_POLICY, type Policy } from "../agent/guard/policy.ts";
import { readPolicy } from "../agent/guard/read-policy.ts";
import { messageOf } from "../domain/errors.ts";
import { hasCode } from "../infra/files.ts";
import type { CommandContext } from "./context.ts";
import { homeOf, textFlag, usage } from "./flags.ts";

type Asked = Pick<CommandContext, "flags" | "env">;

export interface FoundPolicy {
  readonly policy: Policy;
  /** Null when there is none. */
  readonly file: string | null;
}

/** Absolute, whether it exists or not. */
export function policyFileOf(context: Asked): string {
  return resolve(textFlag(context.flags, "policy") ?? join(homeOf(context), "policy.yaml"));
}

/**
 * Rejects with code "usage" for a wrong one, for one that was named and is not there, and for one
 * that cannot be read: nobody should work without rules that were meant to hold.
 */
export async function loadPolicy(context: Asked): Promise<FoundPolicy> {
  const file = policyFileOf(context);
  const isNamed = textFlag(context.flags, "policy") !== undefined;
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (!isNamed && (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR"))) return undefined;
    throw usage(`reading the policy ${file}: ${messageOf(error)}`);
  });
  return text === undefined
    ? { policy: NO_POLICY, file: null }
    : { policy: readPolicy(text, file), file };
}
