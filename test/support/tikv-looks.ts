// Looks at a TiKV cluster in tests, and what the invariants make of them.
import type { Clock } from "../../src/domain/clock.ts";
import type { Runtime } from "../../src/domain/runtime.ts";
import type { Judgement } from "../../src/domain/verdict.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { tikvInvariants } from "../../subjects/tikv/invariants/all.ts";
import type { TikvObservation } from "../../subjects/tikv/observation.ts";
import { createWatcher, type Watcher } from "../../subjects/tikv/observe/memory.ts";

/** Long enough for a machine that is busy with other tests. */
const PROBE_DEADLINE_MS = 2_000;

/** A cluster that is known by its endpoints alone. */
export function watchEndpoints(
  endpoints: readonly string[],
  clock: Clock = systemClock,
  runtime?: Runtime,
): Watcher {
  const topology = { subject: "tikv", timeScale: 1, members: [], endpoints };
  return createWatcher({ topology, runtime, clock });
}

/** The real time, as far ahead as a test says: rates need a second between two looks. */
export function movableClock(): Clock & { aheadMs: number } {
  const clock = {
    ...systemClock,
    aheadMs: 0,
    now: () => systemClock.now() + clock.aheadMs,
    elapsed: () => systemClock.elapsed() + clock.aheadMs,
  };
  return clock;
}

export function look(
  watcher: Pick<Watcher, "observe">,
  probeDeadlineMs = PROBE_DEADLINE_MS,
): Promise<TikvObservation> {
  return watcher.observe({ probeDeadlineMs, signal: new AbortController().signal });
}

/** As if a third PD member followed: of three one can be spared, of the fake's two none. */
export function withThirdPd(seen: TikvObservation): TikvObservation {
  const pdMembers = seen.pdMembers.flatMap((pd) =>
    pd.name === "pd-1" ? [pd, { ...pd, name: "pd-2" }] : [pd],
  );
  const members = seen.members.flatMap((member) =>
    member.name === "pd-1" ? [member, { ...member, name: "pd-2" }] : [member],
  );
  return { ...seen, pdMembers, members };
}

export function judgementsOf(
  observation: TikvObservation,
  name: string,
  timeScale = 1,
): readonly Judgement[] {
  const invariant = tikvInvariants(timeScale).find((candidate) => candidate.name === name);
  if (!invariant) throw new Error(`no invariant ${name}`);
  return invariant.judge({ current: observation, previous: undefined });
}

/** "violated", "holds" or "unknown" of one entity; undefined when it is not judged. */
export function stateOf(
  observation: TikvObservation,
  invariant: string,
  entity: string,
): Judgement["state"] | undefined {
  return judgementsOf(observation, invariant).find((judged) => judged.entity === entity)?.state;
}

/** `invariant/entity` of everything that is in this state. */
export function allIn(observation: TikvObservation, state: Judgement["state"]): readonly string[] {
  return tikvInvariants(1).flatMap(({ name }) =>
    judgementsOf(observation, name)
      .filter((judged) => judged.state === state)
      .map(({ entity }) => `${name}/${entity}`),
  );
}
