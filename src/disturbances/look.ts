// What the runtime says of members, as parts of an observation: who does not run, and what is done
// to them from outside.
import type { Clock } from "../domain/clock.ts";
import type { FoundDisturbance } from "../domain/disturbance.ts";
import { messageOf } from "../domain/errors.ts";
import {
  type AwayMember,
  type Observation,
  type ObservedMember,
  readValue,
} from "../domain/observation.ts";
import type { MemberStatus, Runtime } from "../domain/runtime.ts";

export interface RuntimeLook {
  readonly runtime: Runtime | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}

/** What the runtime does not say is absent. */
export type RuntimeWord = Pick<Observation, "away" | "disturbances">;

/** Empty where nobody looks: nothing is asked of a runtime of processes. Never rejects. */
export async function askRuntime(look: RuntimeLook): Promise<RuntimeWord> {
  const { runtime, clock } = look;
  if (!runtime || runtime.name === "local") return {};
  const told = await askMembers(runtime, look);
  const atMs = clock.now();
  if (typeof told === "string") {
    const failed = { state: "failed", reason: told, atMs } as const;
    return { away: failed, disturbances: failed };
  }
  const away = { state: "read", value: told.flatMap(describeAway), atMs } as const;
  if (told.every(({ disturbances }) => disturbances === undefined)) return { away };
  const value = told.flatMap(({ disturbances = [] }) => disturbances);
  return { away, disturbances: { state: "read", value, atMs } };
}

/**
 * Each with what is done to it in its few words, for whoever looks at the members; one that the
 * runtime knows to be away, and that did not answer, is down.
 */
export function markMembers(
  members: readonly ObservedMember[],
  { away, disturbances }: RuntimeWord,
): readonly ObservedMember[] {
  const gone = (away && readValue(away)) ?? [];
  const found = (disturbances && readValue(disturbances)) ?? [];
  return members.map((member) => {
    const { name, health } = member;
    const known = health === "up" ? undefined : gone.find((one) => one.name === name);
    const seen = known ? { ...member, health: "down" as const, detail: known.reason } : member;
    const texts = textsOf(found, name);
    if (texts.length === 0) return seen;
    return { ...seen, detail: `${seen.detail}; disturbed: ${texts.join(", ")}` };
  });
}

/** What is done to one of them. */
export function textsOf(found: readonly FoundDisturbance[], name: string): readonly string[] {
  return found.filter(({ member }) => member === name).map(({ text }) => text);
}

function describeAway({ name, state, lastExit, hasFailed }: MemberStatus): readonly AwayMember[] {
  if (state === "running") return [];
  if (state === "paused") {
    return [{ name, state, reason: "its container is paused", isDefinite: true }];
  }
  const how = lastExit === null ? "" : `: ${lastExit}`;
  const reason = `its container does not run${how}`;
  return [{ name, state, reason, isDefinite: hasFailed ?? false }];
}

/** Why there is no answer, in words. */
async function askMembers(
  runtime: Runtime,
  { clock, signal, deadlineMs }: RuntimeLook,
): Promise<readonly MemberStatus[] | string> {
  const isDone = new AbortController();
  const bound = AbortSignal.any([signal, isDone.signal]);
  const late = clock
    .sleep(deadlineMs, bound)
    .then(() => `the ${runtime.name} runtime gave no answer in ${deadlineMs} ms`);
  const told = runtime.members().catch(messageOf);
  const first = await Promise.race([told, late]);
  isDone.abort();
  return first;
}
