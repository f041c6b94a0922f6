// Faults that are made from outside, of members that run in containers: one disturbance of one
// member, found and lifted again by what marks it as ours, whatever became of who injected it.
import { z } from "zod";
import type { ActionContext } from "../domain/action.ts";
import type { Disturbance, DisturbanceType, Disturber } from "../domain/disturbance.ts";
import { OperatorError } from "../domain/errors.ts";
import type { Fault, FaultPlan } from "../domain/fault.ts";
import { type Observation, readValue } from "../domain/observation.ts";
import type { Runtime } from "../domain/runtime.ts";
import { bringBack } from "./take-back.ts";

export interface DisturbanceFault<O extends Observation> {
  readonly name: string;
  readonly describes: string;
  /** Whom it strikes; throws code "subject" when nobody is well. `random` yields [0, 1). */
  readonly strikes: (observation: O, random: () => number) => string;
  /** What is done to it. */
  readonly disturbs: (
    member: string,
    world: { readonly observation: O; readonly random: () => number },
  ) => Disturbance;
  /** The invariant that it violates, of the member. */
  readonly causes: string;
  /** What brings it to light at once; nothing when absent. */
  readonly reveal?: (plan: FaultPlan, context: ActionContext) => Promise<void>;
  /** What is to be done after it was lifted; nothing when absent. */
  readonly settle?: (plan: FaultPlan, context: ActionContext) => Promise<void>;
}

/** What may cost a member its life. */
const DEADLY: ReadonlySet<DisturbanceType> = new Set(["memory", "disk"]);

const peers = z.array(z.string());
const detailsSchema = z.object({
  disturbance: z.discriminatedUnion("type", [
    z.object({ type: z.literal("latency"), delayMs: z.number(), jitterMs: z.number(), peers }),
    z.object({ type: z.literal("loss"), percent: z.number(), peers }),
    z.object({ type: z.literal("bandwidth"), kbitPerSecond: z.number() }),
    z.object({
      type: z.literal("partition"),
      direction: z.enum(["both", "in", "out"]),
      peers,
    }),
    z.object({ type: z.literal("cpu"), cpus: z.number() }),
    z.object({ type: z.literal("memory"), bytes: z.number() }),
    z.object({ type: z.literal("disk"), freeBytes: z.number() }),
  ]),
});

export function disturbanceFault<O extends Observation>(parts: DisturbanceFault<O>): Fault<O> {
  const { name, describes, strikes, disturbs, causes, reveal, settle } = parts;
  return {
    name,
    describes,
    runtime: "docker",
    plan(observation, random) {
      const member = strikes(observation, random);
      const disturbance = disturbs(member, { observation, random });
      checkFree(observation, { fault: name, member, type: disturbance.type });
      return { fault: name, targets: [member], details: { disturbance: { ...disturbance } } };
    },
    async inject(plan, context) {
      const disturbance = disturbanceOf(plan);
      const { disturber, runtime } = handsOf(plan, context);
      for (const target of plan.targets) {
        await disturber.apply(target, disturbance, context.signal);
        await checkStruck(runtime, { fault: name, target, type: disturbance.type });
      }
      await reveal?.(plan, context);
    },
    async heal(plan, context) {
      const left = await liftAgain(plan, context);
      await settle?.(plan, context);
      return left;
    },
    expects: ({ targets }) => targets.map((entity) => ({ invariant: causes, entity })),
  };
}

interface Sought {
  readonly fault: string;
  readonly member: string;
  readonly type: DisturbanceType;
}

/** A member has one of each type: what somebody did to it would be replaced, and lifted. */
function checkFree({ disturbances }: Observation, { fault, member, type }: Sought): void {
  const found = (disturbances && readValue(disturbances)) ?? [];
  const taken = found.find((one) => one.member === member && one.type === type);
  if (!taken) return;
  throw new OperatorError("subject", `plan ${fault}: ${member} is disturbed: ${taken.text}`);
}

/** A member that it has cost its life is started again. */
async function liftAgain(plan: FaultPlan, context: ActionContext): Promise<readonly string[]> {
  const { type } = disturbanceOf(plan);
  const { disturber, runtime } = handsOf(plan, context);
  for (const target of plan.targets) await disturber.lift(target, type, context.signal);
  const { signal } = context;
  if (DEADLY.has(type)) return bringBack(plan, { runtime, leaves: "stopped", signal });
  const away = (await runtime.members()).filter(
    ({ name, state }) => plan.targets.includes(name) && state !== "running",
  );
  return away.map(({ name, state }) => `${name} is ${state}, and ${plan.fault} does not do that`);
}

/** A plan may come back out of a ledger: its details are parsed as foreign data. */
function disturbanceOf({ fault, details }: FaultPlan): Disturbance {
  const { success, data, error } = detailsSchema.safeParse(details);
  if (success) return data.disturbance;
  throw new OperatorError("subject", `${fault}: its plan is not understood`, { cause: error });
}

interface Hands {
  readonly disturber: Disturber;
  readonly runtime: Runtime;
}

function handsOf({ fault }: FaultPlan, { runtime }: ActionContext): Hands {
  const disturber = runtime?.disturber;
  if (runtime && disturber) return { disturber, runtime };
  throw new OperatorError("runtime", `${fault}: only members in containers can be disturbed`);
}

async function checkStruck(
  runtime: Runtime,
  { fault, target, type }: { fault: string; target: string; type: Disturbance["type"] },
): Promise<void> {
  const member = (await runtime.members()).find(({ name }) => name === target);
  if (member?.disturbances?.some((found) => found.type === type)) return;
  throw new OperatorError("runtime", `inject ${fault}: no ${type} is found at ${target}`);
}
