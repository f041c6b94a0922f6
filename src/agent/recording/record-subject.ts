// The subject as a session sees it, written down: its looks, what its conditions said of them, and
// what its actions did.
import type { Action } from "../../domain/action.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Json } from "../../domain/json.ts";
import type { Subject } from "../../domain/subject.ts";
import { toJson } from "./entries.ts";
import type { Tape } from "./tape.ts";

export interface SubjectRecording {
  readonly name: string;
  readonly tape: Tape;
  /** What actions wait by: their end is recorded, not their waiting. */
  readonly clock: Clock;
}

export async function recordSubject(
  open: () => Promise<Subject>,
  { name, tape, clock }: SubjectRecording,
): Promise<Subject> {
  const subject = await tape.asked("openSubject", { question: name, ask: open, keep: constantsOf });
  const quorums = subject.quorums?.bind(subject);
  return {
    ...subject,
    actions: subject.actions.map((action) => recordAction(action, { tape, clock })),
    describe: (observation) => tape.told("describe", null, subject.describe(observation)),
    ...(quorums && { quorums: (seen) => tape.told("quorums", null, quorums(seen)) }),
    observe: (options) => {
      const question = options.probeDeadlineMs;
      return tape.asked("observe", { question, ask: () => subject.observe(options) });
    },
  };
}

/** What is said of it to the model, and what the loop goes by. */
function constantsOf({ name, primer, invariants, actions, quorums }: Subject): Json {
  // The audit sorts the keys of objects; the model is told arguments in their own order.
  const ordered = actions.map(({ args, ...action }) => ({ ...action, args: Object.entries(args) }));
  const hasQuorums = quorums !== undefined;
  return toJson({ name, primer, invariants, actions: ordered, hasQuorums });
}

function recordAction(
  action: Action,
  { tape, clock }: Pick<SubjectRecording, "tape" | "clock">,
): Action {
  const { name } = action;
  return {
    ...action,
    touches: (call) => tape.told("touches", { name, ...call }, action.touches(call)),
    precondition: (observation, call) =>
      tape.told("precondition", { name, ...call }, action.precondition(observation, call)),
    postcondition: (observation, call) =>
      tape.told("postcondition", { name, ...call }, action.postcondition(observation, call)),
    run: (call, context) =>
      tape.asked("run", {
        question: { name, ...call },
        ask: () => action.run(call, { ...context, clock }),
      }),
  };
}
