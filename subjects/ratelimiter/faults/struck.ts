// What faults share: choosing whom to strike, reaching it, and making sure that it struck.
import type { z } from "zod";
import { bringBack, sparedOf } from "../../../src/disturbances/take-back.ts";
import type { ActionContext } from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import type { Fault, FaultPlan } from "../../../src/domain/fault.ts";
import { readValue } from "../../../src/domain/observation.ts";
import type { MemberOperation, MemberState, Runtime } from "../../../src/domain/runtime.ts";
import { harmOfInterrupting } from "../interrupting.ts";
import type { LimiterObservation, NodeSighting } from "../observation.ts";
import { type NodeSite, type Site, siteOf } from "../observe/site.ts";

export type LimiterFault = Fault<LimiterObservation>;

/** How it is said in errors: whether it is being injected or healed matters little to a reader. */
export function doingOf({ fault, targets }: FaultPlan): string {
  return `${fault} on ${targets.join(", ")}`;
}

/** Nodes that answer, in declared order. */
export function livingNodes({ nodes }: LimiterObservation): readonly NodeSighting[] {
  return nodes.filter(({ liveness }) => readValue(liveness)?.state === "answers");
}

/** Nodes that answer and can be taken away; throws code "subject" when none that answers can be. */
export function sparedNodes(observation: LimiterObservation, fault: string): readonly string[] {
  const names = livingNodes(observation).map(({ name }) => name);
  return sparedOf(names, { fault, harmOf: (name) => harmOfInterrupting(observation, name) });
}

/** `random` yields [0, 1). Throws code "subject" when there is none. */
export function pickOne<T>(
  from: readonly T[],
  { fault, random }: { readonly fault: string; readonly random: () => number },
): T {
  const picked = from[Math.floor(random() * from.length)];
  if (picked !== undefined) return picked;
  throw new OperatorError("subject", `plan ${fault}: there is nothing well that it could strike`);
}

/** A plan may come back out of a ledger: its details are parsed as foreign data. */
export function detailsOf<S extends z.ZodType>(plan: FaultPlan, schema: S): z.infer<S> {
  const { success, data, error } = schema.safeParse(plan.details);
  if (success) return data;
  throw new OperatorError("subject", `${plan.fault}: its plan is not understood`, { cause: error });
}

export function runtimeOf(fault: string, { runtime }: ActionContext): Runtime {
  if (runtime) return runtime;
  throw new OperatorError("runtime", `${fault}: only a limiter that operator runs can be struck`);
}

/** Where its members are, and the token that they take. */
export function siteFor({ fault }: FaultPlan, context: ActionContext): Site {
  return siteOf(runtimeOf(fault, context).topology);
}

/** A node that was planned for; code "subject" for one that is not declared. */
export function nodeSiteOf(site: Site, name: string): NodeSite & { readonly manageUrl: string } {
  const node = site.nodes.find((candidate) => candidate.name === name);
  const manageUrl = node?.manageUrl;
  if (node && manageUrl) return { ...node, manageUrl };
  throw new OperatorError("subject", `strike ${name}: there is no such node`);
}

export interface Blow {
  readonly operation: MemberOperation;
  /** The state in which it must leave them. */
  readonly leaves: MemberState;
}

/** Takes the plan's members away and checks that they are gone. */
export async function strikeMembers(
  { fault, targets }: FaultPlan,
  { operation, leaves, context }: Blow & { readonly context: ActionContext },
): Promise<void> {
  const runtime = runtimeOf(fault, context);
  for (const target of targets) {
    const { name, state } = await runtime.operate(target, operation, context.signal);
    if (state === leaves) continue;
    throw new OperatorError("runtime", `inject ${fault}: ${name} is ${state}, not ${leaves}`);
  }
}

/** As they were before this blow; gives what it left, as `Fault.heal` does. */
export async function bringBackFrom(
  plan: FaultPlan,
  { leaves, context }: Pick<Blow, "leaves"> & { readonly context: ActionContext },
): Promise<readonly string[]> {
  const { signal } = context;
  return bringBack(plan, { runtime: runtimeOf(plan.fault, context), leaves, signal });
}

/** Waits until it has struck. Rejects with code "subject" and what it waited for. */
export async function untilStruck(
  { fault }: FaultPlan,
  { clock, signal }: ActionContext,
  { what, isSo }: { readonly what: string; readonly isSo: () => Promise<boolean> },
): Promise<void> {
  const endsAtMs = clock.elapsed() + STRUCK_WITHIN_MS;
  while (!signal.aborted) {
    if (await isSo()) return;
    if (clock.elapsed() > endsAtMs) break;
    await clock.sleep(STRUCK_POLL_MS, signal);
  }
  throw new OperatorError("subject", `inject ${fault}: it did not come true that ${what}`);
}

const STRUCK_WITHIN_MS = 10_000;
const STRUCK_POLL_MS = 100;
