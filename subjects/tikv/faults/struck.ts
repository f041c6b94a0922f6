// What faults share: choosing whom to strike, striking, and making sure that it struck.
import { bringBack, sparedOf } from "../../../src/disturbances/take-back.ts";
import type { ActionContext } from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import type { Fault, FaultPlan } from "../../../src/domain/fault.ts";
import { readValue } from "../../../src/domain/observation.ts";
import type { MemberOperation, MemberState, Runtime } from "../../../src/domain/runtime.ts";
import { harmOfInterrupting } from "../actions/quorum.ts";
import type { TikvObservation } from "../observation.ts";

export type TikvFault = Fault<TikvObservation>;

/** Names of the stores that answer, in declared order. */
export function livingStores({ stores }: TikvObservation): readonly string[] {
  return stores
    .filter(({ liveness }) => readValue(liveness)?.state === "answers")
    .map(({ name }) => name);
}

/** Those of them that can be taken away; throws code "subject" when there are some and none can. */
export function sparedMembers(
  names: readonly string[],
  { fault, observation }: { readonly fault: string; readonly observation: TikvObservation },
): readonly string[] {
  return sparedOf(names, { fault, harmOf: (name) => harmOfInterrupting(observation, name) });
}

/** As many different ones as wanted. Rejects the plan when there are too few. */
export function pickSome(
  names: readonly string[],
  { count, random }: { readonly count: number; readonly random: () => number },
): readonly string[] {
  if (names.length < count) {
    throw new OperatorError(
      "subject",
      `plan a fault: it needs ${count} living, ${names.length} are`,
    );
  }
  const left = [...names];
  return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1))
    .flat()
    .sort();
}

export interface Blow {
  readonly operation: MemberOperation;
  /** The state in which it must leave them. */
  readonly leaves: MemberState;
  readonly context: ActionContext;
}

/** Takes the plan's members away, all at once, and checks that they are gone. */
export async function strikeMembers(
  { fault, targets }: FaultPlan,
  { operation, leaves, context }: Blow,
): Promise<void> {
  const runtime = runtimeOf(fault, context);
  const struck = await Promise.all(
    targets.map((target) => runtime.operate(target, operation, context.signal)),
  );
  for (const { name, state } of struck) {
    if (state === leaves) continue;
    throw new OperatorError("runtime", `inject ${fault}: ${name} is ${state}, not ${leaves}`);
  }
}

/** As they were before this blow; gives what it left, as `Fault.heal` does. */
export async function bringBackFrom(
  plan: FaultPlan,
  { leaves, context }: Pick<Blow, "leaves" | "context">,
): Promise<readonly string[]> {
  const { signal } = context;
  return bringBack(plan, { runtime: runtimeOf(plan.fault, context), leaves, signal });
}

function runtimeOf(fault: string, { runtime }: ActionContext): Runtime {
  if (runtime) return runtime;
  throw new OperatorError("runtime", `${fault}: only members that operator runs can be struck`);
}
