// Whether a subject that has just come up is well, judged by its own invariants.
import type { Clock } from "../domain/clock.ts";
import type { Observation } from "../domain/observation.ts";
import type { Subject } from "../domain/subject.ts";

const POLL_MS = 250;
const PROBE_DEADLINE_MS = 1_000;

export interface WellOptions {
  readonly withinMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Looks until every member is up and no invariant is violated; what cannot be known yet, such as
 * a rate, does not count. Resolves with what is wrong at the end of the time, one line each: none
 * when it is well. On abort with what was wrong at the last look.
 */
export async function waitUntilWell(
  subject: Subject,
  { withinMs, clock, signal }: WellOptions,
): Promise<readonly string[]> {
  const deadlineMs = clock.elapsed() + withinMs;
  let previous: Observation | undefined;
  for (;;) {
    const current = await subject.observe({ probeDeadlineMs: PROBE_DEADLINE_MS, signal });
    const troubles = troublesOf(subject, { current, previous });
    if (troubles.length === 0 || signal.aborted || clock.elapsed() > deadlineMs) return troubles;
    previous = current;
    await clock.sleep(POLL_MS, signal);
  }
}

function troublesOf(
  { invariants }: Subject,
  history: { readonly current: Observation; readonly previous: Observation | undefined },
): readonly string[] {
  const violated = invariants.flatMap(({ name, judge }) =>
    judge(history)
      .filter(({ state }) => state === "violated")
      .map(({ entity, reason }) => `${name} (${entity}): ${reason}`),
  );
  const silent = history.current.members
    .filter(({ health }) => health !== "up")
    .map(({ name, health, detail }) => `${name} is ${health}: ${detail}`);
  return [...silent, ...violated];
}
