// What is done to members from outside, as a part of an observation.
import type { Clock } from "../domain/clock.ts";
import type { FoundDisturbance } from "../domain/disturbance.ts";
import { messageOf } from "../domain/errors.ts";
import { type ObservedMember, type Reading, readValue } from "../domain/observation.ts";
import type { MemberStatus, Runtime } from "../domain/runtime.ts";

export interface DisturbanceLook {
  readonly runtime: Runtime | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}

export type DisturbanceReading = Reading<readonly FoundDisturbance[]>;

/** Undefined where nobody looks: nothing is asked of a runtime of processes. Never rejects. */
export async function lookForDisturbances(
  look: DisturbanceLook,
): Promise<DisturbanceReading | undefined> {
  const { runtime, clock } = look;
  if (!runtime || runtime.name === "local") return undefined;
  const told = await askMembers(runtime, look);
  const atMs = clock.now();
  if (typeof told === "string") return { state: "failed", reason: told, atMs };
  if (told.every(({ disturbances }) => disturbances === undefined)) return undefined;
  return { state: "read", value: told.flatMap(({ disturbances = [] }) => disturbances), atMs };
}

/** Each with what is done to it in its few words, for whoever looks at the members. */
export function markDisturbed(
  members: readonly ObservedMember[],
  disturbances: DisturbanceReading | undefined,
): readonly ObservedMember[] {
  const found = (disturbances && readValue(disturbances)) ?? [];
  if (found.length === 0) return members;
  return members.map((member) => {
    const texts = textsOf(found, member.name);
    return texts.length === 0
      ? member
      : { ...member, detail: `${member.detail}; disturbed: ${texts.join(", ")}` };
  });
}

/** What is done to one of them. */
export function textsOf(found: readonly FoundDisturbance[], name: string): readonly string[] {
  return found.filter(({ member }) => member === name).map(({ text }) => text);
}

/** Why there is no answer, in words. */
async function askMembers(
  runtime: Runtime,
  { clock, signal, deadlineMs }: DisturbanceLook,
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
