// The repair of what is done to a member from outside: it is taken away, and what was declared of
// the member holds again.
import { type Action, type ActionCall, type Check, MET, notMet, unseen } from "../domain/action.ts";
import { OperatorError } from "../domain/errors.ts";
import type { Observation, ObservedMember } from "../domain/observation.ts";
import type { Runtime } from "../domain/runtime.ts";
import { noUndo } from "../domain/undo.ts";
import { textsOf } from "./look.ts";

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
    undo: noUndo("nobody declared a disturbance, and to put one back would harm the member"),
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
  const { members, disturbances } = observation;
  if (!isKnown(call, members)) return notMet(unknownMember(call, members));
  // A busy engine may be late to tell; lifting what is not there changes nothing.
  if (disturbances?.state !== "read") return MET;
  const texts = textsOf(disturbances.value, call.target);
  return texts.length > 0 ? MET : notMet(`nothing is done to ${call.target} from outside`);
}

function checkLifted({ members, disturbances }: Observation, call: ActionCall): Check {
  const { target } = call;
  if (!isKnown(call, members)) return notMet(unknownMember(call, members));
  if (!disturbances) return notMet("what is done to members from outside is not looked at here");
  if (disturbances.state === "failed") {
    return unseen(`not to be read: ${disturbances.reason}`);
  }
  const texts = textsOf(disturbances.value, target);
  return texts.length === 0 ? MET : notMet(`${target} is disturbed: ${texts.join(", ")}`);
}

function isKnown({ target }: ActionCall, members: readonly ObservedMember[]): boolean {
  return members.some(({ name }) => name === target);
}

function unknownMember({ target }: ActionCall, members: readonly ObservedMember[]): string {
  return `unknown member "${target}": one of ${members.map(({ name }) => name).join(", ")}`;
}

function cannot(runtime: Runtime | undefined): string {
  if (!runtime) return "disturbances cannot be lifted: operator does not run these members";
  if (runtime.name === "local") return "the members are processes: nobody disturbs them so";
  return (
    `the ${runtime.name} may not touch the network or the bounds of members: ` +
    "operator fault recover <subject>, where the engine is, lifts what is on record"
  );
}
