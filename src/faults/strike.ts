// Breaks something on purpose, and mends it again from what the ledger says.
import type { ActionContext } from "../domain/action.ts";
import { messageOf, OperatorError } from "../domain/errors.ts";
import type { Fault, FaultPlan } from "../domain/fault.ts";
import type { Runtime } from "../domain/runtime.ts";
import { type FaultEntry, type FaultLedger, intendFault, noteFault, readLedger } from "./ledger.ts";

export interface FaultHands {
  readonly ledger: FaultLedger;
  readonly faults: readonly Fault[];
  readonly context: ActionContext;
  /** By what is on record of its violations; nobody looks where it is absent. */
  readonly wasOver?: (entry: Pick<FaultEntry, "plan" | "atMs">, fault: Fault) => Promise<boolean>;
}

/** Its number in the ledger. An injection that fails is healed as far as it went, and rejects. */
export async function injectFault(hands: FaultHands, plan: FaultPlan): Promise<number> {
  const fault = faultOf(hands, plan);
  checkStrikes(fault, hands.context.runtime?.name);
  const id = await intendFault(hands.ledger, plan);
  try {
    await fault.inject(plan, hands.context);
  } catch (error) {
    await healQuietly(hands, { id, plan, atMs: hands.context.clock.now() });
    throw error;
  }
  await noteFault(hands.ledger, { id, step: "injected" });
  return id;
}

/** Throws code "usage" where the members do not run as the fault needs them. */
export function checkStrikes(
  { name, runtime: needed }: Pick<Fault, "name" | "runtime">,
  found: Runtime["name"] | undefined,
): void {
  if (needed === undefined || needed === found) return;
  const where = found === "local" ? "these are processes" : "no engine is at hand for these";
  throw new OperatorError("usage", `${name} strikes members in containers, and ${where}`, {
    hint: "operator subject up <subject> --runtime docker, or operator fault list for the others",
  });
}

/** Healing what is healed already changes nothing. Gives what it left, as `Fault.heal` does. */
export async function healFault(
  hands: FaultHands,
  { id, plan, atMs }: Pick<FaultEntry, "id" | "plan" | "atMs">,
): Promise<readonly string[]> {
  const fault = faultOf(hands, plan);
  const wasOver = (await hands.wasOver?.({ plan, atMs }, fault)) ?? false;
  const left = await fault.heal(plan, { ...hands.context, wasOver });
  await noteFault(hands.ledger, { id, step: "healed" });
  return left;
}

export interface HealedFault {
  readonly entry: FaultEntry;
  /** As `Fault.heal` gives it. */
  readonly left: readonly string[];
}

export interface Recovery {
  readonly healed: readonly HealedFault[];
  readonly failed: readonly { readonly entry: FaultEntry; readonly cause: string }[];
}

/** Everything that was not healed, newest first; one that cannot be healed stops no other. */
export async function recoverFaults(hands: FaultHands): Promise<Recovery> {
  const open = (await readLedger(hands.ledger)).filter(({ state }) => state !== "healed");
  const healed: HealedFault[] = [];
  const failed: { readonly entry: FaultEntry; readonly cause: string }[] = [];
  for (const entry of open.toReversed()) {
    try {
      healed.push({ entry, left: await healFault(hands, entry) });
    } catch (error) {
      failed.push({ entry, cause: messageOf(error) });
    }
  }
  return { healed, failed };
}

/** What failed first is what a person must hear; the entry stays open for `recover`. */
async function healQuietly(
  hands: FaultHands,
  entry: Pick<FaultEntry, "id" | "plan" | "atMs">,
): Promise<void> {
  await healFault(hands, entry).catch(() => []);
}

function faultOf({ faults }: FaultHands, { fault: name }: FaultPlan): Fault {
  const fault = faults.find((candidate) => candidate.name === name);
  if (fault) return fault;
  const valid = faults.map((candidate) => candidate.name).join(", ");
  throw new OperatorError("usage", `unknown fault "${name}": one of ${valid}`);
}
