// What a mutation would cost the subject at this moment, or why nobody can tell: pure, from the
// cluster as it was last seen.
import { type Effect, mayInterrupt, mayMeanAny } from "../../domain/effect.ts";
import { HELD_SHARE_MAX, type QuorumGroup } from "../../domain/observation.ts";
import type { ClusterModel } from "./cluster.ts";

/** A look takes up to a second; what is older than this is no longer what is. */
export const SIGHT_MS_MAX = 10_000;

export interface Objection {
  readonly rule: "sight" | "quorum" | "repair";
  readonly reason: string;
}

export interface Moment {
  readonly cluster: ClusterModel;
  readonly nowMs: number;
}

/** Why it must not be done now; undefined when nothing stands against it. */
export function findHarm(effects: readonly Effect[], moment: Moment): Objection | undefined {
  const mutating = effects.filter(({ kind }) => kind !== "read");
  return (
    findBlindness(mutating, moment) ??
    findCollision(mutating, moment.cluster) ??
    findOtherCopies(mutating, moment.cluster) ??
    findAbsentLeader(mutating, moment.cluster) ??
    findSqueeze(mutating, moment.cluster) ??
    findLoss(mutating.filter(mayInterrupt), moment.cluster)
  );
}

/** Starting takes nothing away: it may be done without seeing, and nothing else may. */
function findBlindness(
  mutating: readonly Effect[],
  { cluster: { seenAtMs }, nowMs }: Moment,
): Objection | undefined {
  if (mutating.every(({ kind }) => kind === "start")) return undefined;
  const but = "until it is, nothing but starting what is down is allowed";
  if (seenAtMs === undefined) {
    return { rule: "sight", reason: `the subject cannot be seen at present: ${but}` };
  }
  const ageMs = nowMs - seenAtMs;
  if (Math.abs(ageMs) <= SIGHT_MS_MAX) return undefined;
  const when = ageMs < 0 ? "after now, by its clock" : `${Math.round(ageMs / 1000)} s ago`;
  return { rule: "sight", reason: `the subject was last seen ${when}: ${but}` };
}

const WHO = "another session, at this moment, or a person, who holds its ticket";

/** Two who work on one member undo each other's work. */
export function findCollision(
  effects: readonly Effect[],
  { inRepair }: Pick<ClusterModel, "inRepair">,
): Objection | undefined {
  const mutating = effects.filter(({ kind }) => kind !== "read");
  const targets = mutating.flatMap((effect) => effect.targets);
  const taken = targets.find((name) => inRepair.includes(name));
  if (taken !== undefined) {
    return { rule: "repair", reason: `somebody else is at work on ${taken}: ${WHO}` };
  }
  const [anybody] = inRepair;
  const vague = mutating.find(mayMeanAny);
  if (anybody === undefined || vague === undefined) return undefined;
  const reason = `${vague.source} may mean ${anybody}, where somebody else is at work: ${WHO}`;
  return { rule: "repair", reason };
}

/** Where nobody says how many there are to be. */
const COPIES = 3;

/** Fewer give data up; for more than are declared nobody knows whether there is room. */
function findOtherCopies(
  mutating: readonly Effect[],
  { quorums }: ClusterModel,
): Objection | undefined {
  const declared = Math.max(0, ...quorums.map(({ copies = 0 }) => copies)) || COPIES;
  const asked = mutating.flatMap(({ copies }) => copies ?? []);
  const fewest = Math.min(...asked);
  if (fewest < declared) {
    return loss(`of each region ${fewest} copies would stay, where ${declared} are declared`);
  }
  // What PD was told last may be the drift.
  const most = Math.max(0, ...asked);
  if (most <= Math.max(declared, COPIES)) return undefined;
  return loss(`of each region ${most} copies would be made, where ${declared} are declared`);
}

/** Who is handed the lead and does not answer lets everybody wait for the next election. */
function findAbsentLeader(
  mutating: readonly Effect[],
  cluster: ClusterModel,
): Objection | undefined {
  const named = mutating.flatMap(({ pauses, targets }) => (pauses ? targets : []));
  // What the same line takes away is away by then.
  const taken = mutating.flatMap(({ kind, targets }) => (kind === "interrupt" ? targets : []));
  const absent = named.find((name) => healthOf(cluster, name) !== "up" || taken.includes(name));
  return absent === undefined ? undefined : loss(`${absent} does not answer, and cannot lead`);
}

/** Redis evicts what does not fit, or takes no more; without a bound the machine ends it. */
function findSqueeze(
  mutating: readonly Effect[],
  { quorums }: ClusterModel,
): Objection | undefined {
  const asked = mutating.flatMap(({ memoryBytes }) =>
    memoryBytes === undefined ? [] : memoryBytes || Number.POSITIVE_INFINITY,
  );
  const least = Math.min(...asked);
  const loose = quorums.find(
    ({ boundBytes = 0 }) => boundBytes > 0 && asked.some((one) => one > boundBytes),
  );
  if (loose) return loss(`${loose.name} may take ${loose.boundBytes} bytes, as declared, not more`);
  const holding = quorums.find(
    ({ heldBytes }) =>
      heldBytes !== undefined && (heldBytes ?? Number.POSITIVE_INFINITY) >= HELD_SHARE_MAX * least,
  );
  if (!holding || least === Number.POSITIVE_INFINITY) return undefined;
  const held = holding.heldBytes === null ? "an unknown number of" : holding.heldBytes;
  return loss(`${holding.name} holds ${held} bytes, and ${least} would leave no room`);
}

function findLoss(interrupting: readonly Effect[], cluster: ClusterModel): Objection | undefined {
  const vague = interrupting.find(({ targets }) => targets.length === 0);
  if (vague) return loss(`${vague.source} does not say which members it interrupts`);
  const targets = [...new Set(interrupting.flatMap((effect) => effect.targets))];
  const unseen = targets.find((name) => healthOf(cluster, name) === "unknown");
  if (unseen !== undefined) {
    return loss(`${unseen} cannot be seen at present, so nobody knows what it would cost`);
  }
  const broken = cluster.quorums
    .map((group) => describeBreach(group, { struck: targets, cluster }))
    .find((reason) => reason !== undefined);
  if (broken !== undefined) return loss(broken);
  const holder = targets.find((name) =>
    cluster.quorums.some(({ holding }) => holding?.includes(name)),
  );
  return holder === undefined ? undefined : loss(`${holder} ${HOLDS}`);
}

const HOLDS =
  "does not answer, and its process may hold what it has not saved: start or resume it, or end " +
  "what it is busy with, and nothing is lost";

interface Blow {
  readonly struck: readonly string[];
  readonly cluster: ClusterModel;
}

/** How many it takes away: what is not up has nothing to lose, and who is not named is one. */
export function countTaken(effects: readonly Effect[], cluster: ClusterModel): number {
  const isThere = (name: string) => healthOf(cluster, name) !== "down";
  const taken = effects
    .filter(mayInterrupt)
    .flatMap(({ targets }) => (targets.length === 0 ? "?" : targets.filter(isThere)));
  return new Set(taken).size;
}

/** Undefined when the group can spare them. */
function describeBreach(group: QuorumGroup, { struck, cluster }: Blow): string | undefined {
  const hit = group.members.filter((name) => struck.includes(name));
  if (hit.length === 0) return undefined;
  const isUp = (name: string) => healthOf(cluster, name) === "up";
  const isMissing = (name: string) => !isUp(name) || cluster.inRepair.includes(name);
  const isCutOff = (name: string) => group.cutOff?.includes(name) === true;
  const isAway = (name: string) =>
    isMissing(name) || isCutOff(name) || cluster.shaken?.includes(name) === true;
  const away = group.members.filter((name) => !hit.includes(name) && isAway(name));
  // Who looks down may still vote: alone it has nothing to lose, and beside others it counts.
  const isGone = (name: string) => !isUp(name) || isCutOff(name);
  if (hit.length === 1 && away.length === 0 && hit.every(isGone)) return undefined;
  if (hit.length + away.length <= group.spare) return undefined;
  const total = group.members.length;
  const left = total - hit.length - away.length;
  const when = away.every(isMissing)
    ? "missing already"
    : away.some(isCutOff)
      ? "missing or cut off"
      : "missing, or interrupted just now";
  const missing = away.length === 0 ? "" : ` (${away.join(", ")} ${when})`;
  return (
    `interrupting ${hit.join(", ")} would leave ${left} of ${total} ${group.name} up${missing}, ` +
    `and ${total - group.spare} are needed`
  );
}

function healthOf({ members }: ClusterModel, name: string): string {
  return members.find((member) => member.name === name)?.health ?? "unknown";
}

function loss(reason: string): Objection {
  return { rule: "quorum", reason };
}
