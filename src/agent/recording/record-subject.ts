// The subject as a session sees it, written down: its looks, what its conditions said of them, and
// what its actions did.
import type { Action } from "../../domain/action.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Json } from "../../domain/json.ts";
import type { Subject } from "../../domain/subject.ts";
import type { Invariant } from "../../domain/verdict.ts";
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
    invariants: subject.invariants.map((invariant) => recordInvariant(invariant, tape)),
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
  const ordered = actions.map(({ args, ...action }) => ({
    ...action,
    args: Object.entries(args),
    hasTookEffect: action.tookEffect !== undefined,
  }));
  const hasQuorums = quorums !== undefined;
  return toJson({ name, primer, invariants, actions: ordered, hasQuorums });
}

/** Evidence is for tickets, which sessions do not open: it would be most of a record. */
function recordInvariant(invariant: Invariant, tape: Tape): Invariant {
  const { name } = invariant;
  return {
    ...invariant,
    judge: (history) => {
      const judged = invariant.judge(history).map((one) => ({ ...one, evidence: {} }));
      return tape.told("judge", name, judged);
    },
  };
}

function recordAction(
  action: Action,
  { tape, clock }: Pick<SubjectRecording, "tape" | "clock">,
): Action {
  const { name, undo } = action;
  const tookEffect = action.tookEffect?.bind(action);
  return {
    ...action,
    undo: {
      describes: undo.describes,
      plan: (observation, call) =>
        tape.told("undo", { name, ...call }, undo.plan(observation, call)),
    },
    ...(tookEffect && {
      tookEffect: (observation, step) =>
        tape.told("tookEffect", { name, ...step.call }, tookEffect(observation, step)),
    }),
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
