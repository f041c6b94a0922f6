// The repair of what is done to a member from outside: it is taken away, and what was declared of
// the member holds again.
import type { Action, ActionCall, Check } from "../domain/action.ts";
import { OperatorError } from "../domain/errors.ts";
import type { Observation } from "../domain/observation.ts";
import type { Runtime } from "../domain/runtime.ts";
import { textsOf } from "./look.ts";

const MET: Check = { isMet: true };

/** `runtime` is absent where the members are not ours to handle. */
export function liftDisturbances(runtime: Runtime | undefined): Action {
  return {
    name: "lift_disturbances",
    describes:
      "Takes away everything that is done to a member from outside: latency, loss, a partition " +
      "or a bound on its network, a filled disk; gives it its declared CPU and memory back. " +
      "Helps when its state names disturbances. It is not restarted.",
    targets: "a member",
    args: {},
    effect: "configure",
    undo: "none by an action: they are listed in its state before, and nobody declared them",
    withinMs: 15_000,
    touches: ({ target }) => [target],
    precondition: (observation, call) => checkLiftable(observation, { call, runtime }),
    postcondition: checkLifted,
    async run({ target }, { runtime: found, signal }) {
      const disturber = found?.disturber;
      if (!disturber) throw new OperatorError("runtime", cannot(found));
      await disturber.lift(target, undefined, signal);
      return `nothing is done to ${target} from outside any more`;
    },
  };
}

function checkLiftable(
  observation: Observation,
  { call, runtime }: { readonly call: ActionCall; readonly runtime: Runtime | undefined },
): Check {
  if (!runtime?.disturber) return notMet(cannot(runtime));
  const texts = textsAt(observation, call);
  if (typeof texts === "string") return notMet(texts);
  return texts.length > 0 ? MET : notMet(`nothing is done to ${call.target} from outside`);
}

function checkLifted(observation: Observation, call: ActionCall): Check {
  const texts = textsAt(observation, call);
  if (typeof texts === "string") return notMet(texts);
  return texts.length === 0 ? MET : notMet(`${call.target} is disturbed: ${texts.join(", ")}`);
}

/** What is done to the target, or why that is not known. */
function textsAt(
  { members, disturbances }: Observation,
  { target }: ActionCall,
): readonly string[] | string {
  if (!members.some(({ name }) => name === target)) {
    const valid = members.map(({ name }) => name).join(", ");
    return `unknown member "${target}": one of ${valid}`;
  }
  if (!disturbances) return "what is done to members from outside is not looked at here";
  if (disturbances.state === "failed") return `not to be read: ${disturbances.reason}`;
  return textsOf(disturbances.value, target);
}

function cannot(runtime: Runtime | undefined): string {
  if (!runtime) return "disturbances cannot be lifted: operator does not run these members";
  if (runtime.name === "local") return "the members are processes: nobody disturbs them so";
  return (
    `the ${runtime.name} may not touch the network or the bounds of members: ` +
    "operator fault recover <subject>, where the engine is, lifts what is on record"
  );
}

function notMet(reason: string): Check {
  return { isMet: false, reason };
}
