// A live limiter looked at and acted on as by monitor and agent: one look after the other, verdicts
// of the newest, actions with their conditions.
import type { JsonObject } from "../../src/domain/json.ts";
import type { Subject } from "../../src/domain/subject.ts";
import type { Judgement } from "../../src/domain/verdict.ts";
import { systemClock as clock } from "../../src/infra/clock.ts";
import type { LimiterObservation } from "../../subjects/ratelimiter/observation.ts";
import { openRateLimiter } from "../../subjects/ratelimiter/subject.ts";
import { eventually } from "./eventually.ts";
import type { LiveLimiter } from "./live-limiter.ts";

const PROBE_DEADLINE_MS = 800;
/** The canary spends what its own limits allow: looks must not come thick and fast. */
const LOOK_EVERY_MS = 500;
const signal = new AbortController().signal;

export interface WatchedLimiter {
  look(): Promise<LimiterObservation>;
  /** `invariant/entity` of everything that is violated now. */
  violated(): Promise<readonly string[]>;
  /** Waits until one invariant says this of one entity. */
  until(invariant: string, entity: string, state: Judgement["state"]): Promise<Judgement>;
  /** Waits until nothing is violated and every member is up. */
  untilWell(): Promise<void>;
  /** Pre- and postcondition are checked as the agent does; rejects with the reason. */
  act(action: string, target: string, args?: JsonObject): Promise<string>;
  /** The same, with something that happens after the look and before the action. */
  actAfter(happens: () => Promise<unknown>, action: string, target: string): Promise<string>;
}

export function watchLimiter({ topology, runtime }: LiveLimiter): WatchedLimiter {
  const subject = openRateLimiter({ topology, runtime, clock });
  const look = async () => {
    await clock.sleep(LOOK_EVERY_MS);
    return subject.observe({ probeDeadlineMs: PROBE_DEADLINE_MS, signal });
  };
  return {
    look,
    violated: async () => violatedIn(subject, await look()),
    until: (invariant, entity, state) =>
      eventually(
        async () => {
          const judged = judge(subject, invariant, await look());
          return judged.find((one) => one.entity === entity && one.state === state);
        },
        `${invariant} of ${entity} is ${state}`,
        30_000,
      ),
    async untilWell() {
      let last: readonly string[] = [];
      const isWell = async () => {
        const seen = await look();
        last = [
          ...violatedIn(subject, seen),
          ...seen.members.filter(({ health }) => health !== "up").map(({ name }) => name),
        ];
        return last.length === 0;
      };
      await eventually(isWell, "the limiter is well", 30_000).catch((error) => {
        throw new Error(`${error}: ${last.join(", ")}`);
      });
    },
    act: (action, target, args = {}) => carryOut({ subject, look }, { action, target, args }),
    actAfter: (happens, action, target) =>
      carryOut({ subject, look, happens }, { action, target, args: {} }),
  };
}

function violatedIn(
  subject: Subject<LimiterObservation>,
  observation: LimiterObservation,
): readonly string[] {
  return subject.invariants.flatMap(({ name }) =>
    judge(subject, name, observation)
      .filter(({ state }) => state === "violated")
      .map(({ entity }) => `${name}/${entity}`),
  );
}

function judge(
  { invariants }: Subject<LimiterObservation>,
  name: string,
  current: LimiterObservation,
): readonly Judgement[] {
  const invariant = invariants.find((candidate) => candidate.name === name);
  if (!invariant) throw new Error(`no invariant ${name}`);
  return invariant.judge({ current, previous: undefined });
}

interface Hands {
  readonly subject: Subject<LimiterObservation>;
  readonly look: () => Promise<LimiterObservation>;
  readonly happens?: () => Promise<unknown>;
}

async function carryOut(
  { subject, look, happens }: Hands,
  words: { readonly action: string; readonly target: string; readonly args: JsonObject },
): Promise<string> {
  const action = subject.actions.find(({ name }) => name === words.action);
  if (!action) throw new Error(`no action ${words.action}`);
  const { target, args } = words;
  const call = { target, args };
  const before = await look();
  if (action.postcondition(before, call).isMet) return "already in effect";
  const ready = action.precondition(before, call);
  if (!ready.isMet) throw new Error(ready.reason);
  await happens?.();
  const done = await action.run(call, { runtime: subject.runtime, signal, clock });
  await eventually(
    async () => action.postcondition(await look(), call).isMet,
    `${action.name} ${target} took effect`,
    action.withinMs,
  );
  return done;
}
