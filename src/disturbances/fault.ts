// Faults that are made from outside, of members that run in containers: one disturbance of one
// member, found and lifted again by what marks it as ours, whatever became of who injected it.
import { z } from "zod";
import type { ActionContext } from "../domain/action.ts";
import type { Disturbance, Disturber } from "../domain/disturbance.ts";
import { OperatorError } from "../domain/errors.ts";
import type { Fault, FaultPlan } from "../domain/fault.ts";
import type { Observation } from "../domain/observation.ts";
import type { Runtime } from "../domain/runtime.ts";

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
      await liftAgain(plan, context);
      await settle?.(plan, context);
    },
    expects: ({ targets }) => targets.map((entity) => ({ invariant: causes, entity })),
  };
}

/** Also of a member that it has cost its life, which is started again. */
async function liftAgain(plan: FaultPlan, context: ActionContext): Promise<void> {
  const { type } = disturbanceOf(plan);
  const { disturber, runtime } = handsOf(plan, context);
  for (const target of plan.targets) await disturber.lift(target, type, context.signal);
  for (const { name, state } of await runtime.members()) {
    if (!plan.targets.includes(name) || state !== "stopped") continue;
    await runtime.operate(name, "start", context.signal);
  }
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
