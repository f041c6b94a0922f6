// What the faults of every subject share: whom one of them may strike, and what it takes back. What
// somebody has set since the fault struck is theirs, and stays.
import { OperatorError } from "../domain/errors.ts";
import type { FaultPlan } from "../domain/fault.ts";
import type { MemberState, Runtime } from "../domain/runtime.ts";

/** Who can be spared; throws code "subject" with each harm when there are some and none can. */
export function sparedOf(
  names: readonly string[],
  {
    fault,
    harmOf,
  }: { readonly fault: string; readonly harmOf: (name: string) => string | undefined },
): readonly string[] {
  const spared = names.filter((name) => harmOf(name) === undefined);
  const harms = names.flatMap((name) => harmOf(name) ?? []);
  if (spared.length > 0 || harms.length === 0) return spared;
  throw new OperatorError("subject", `plan ${fault}: ${harms.join("; ")}`);
}

/**
 * Brings back who is still as the fault left it. Idempotent. Gives a sentence for each that
 * somebody has put into another state since.
 */
export async function bringBack(
  { fault, targets }: FaultPlan,
  {
    runtime,
    leaves,
    signal,
  }: { readonly runtime: Runtime; readonly leaves: MemberState; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const away = (await runtime.members()).filter(
    ({ name, state }) => targets.includes(name) && state !== "running",
  );
  const struck = away.filter(({ state }) => state === leaves);
  const operation = leaves === "paused" ? "resume" : "start";
  await Promise.all(struck.map(({ name }) => runtime.operate(name, operation, signal)));
  return away
    .filter(({ state }) => state !== leaves)
    .map(({ name, state }) => `${name} is ${state}, and ${fault} left it ${leaves}`);
}
