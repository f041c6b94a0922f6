// Who of the cluster must not be missing together: PD's members, and stores that may hold copies of
// one region; those too whom PD lists and nobody declared.
import { type QuorumGroup, readValue } from "../../src/domain/observation.ts";
import type { ListedStore, TikvObservation } from "./observation.ts";

type Parts = Pick<
  TikvObservation,
  | "members"
  | "replication"
  | "fewestVoters"
  | "declared"
  | "undeclared"
  | "regions"
  | "leadership"
  | "pdMembers"
  | "pdHealth"
  | "stores"
  | "disturbances"
>;

export function tikvQuorums(parts: Parts): readonly QuorumGroup[] {
  const cutOff = cutOffIn(parts);
  return [
    { ...pdGroup(parts), cutOff },
    { ...storeGroup(parts), cutOff },
  ];
}

function pdGroup(parts: Parts): QuorumGroup {
  const { undeclared, pdHealth, leadership } = parts;
  const pds = namesOf(parts, "pd");
  const unlisted = readValue(undeclared.unlistedPds) ?? [];
  // Their processes may still answer.
  const voters = pds.filter((name) => !unlisted.includes(name));
  const others = readValue(undeclared.pdMembers);
  const isAway = (name: string) => readValue(pdHealth)?.[name] !== true;
  const away = (others ?? []).filter(isAway).map((name) => name || "one that was never up");
  // Without an etcd leader nobody knows who votes. With others that are up there might be more to
  // spare; nobody here answers for them.
  const isKnown = others !== undefined && Boolean(readValue(leadership)?.etcdLeader);
  const members = [...pds, ...away];
  return { name: "PD members", members, spare: isKnown ? minorityOf(voters.length) : 0 };
}

function storeGroup(parts: Parts): QuorumGroup {
  const { members, replication, fewestVoters, declared, undeclared } = parts;
  const others = readValue(undeclared.stores);
  const away = (others ?? []).filter((entry) => isUnheard(entry, undeclared.stores.atMs));
  const stores = [...namesOf(parts, "tikv"), ...away.map(({ address }) => address)];
  const told = [
    // Copies are made over minutes: what PD was told last may not be what there is.
    ...[readValue(replication)?.maxReplicas, declared.replication?.maxReplicas],
    readValue(fewestVoters),
  ];
  const replicas = Math.min(...told.map((count) => count ?? Number.POSITIVE_INFINITY));
  const wanted = declared.replication?.maxReplicas ?? readValue(replication)?.maxReplicas;
  // Any of them may hold the copies of some region, however many stores there are.
  const copies = Number.isFinite(replicas) ? Math.min(stores.length, replicas) : 1;
  const isEachUp = members.every(({ role, health }) => role !== "tikv" || health === "up");
  const isWhole = isEachUp && away.length === 0;
  const behind = copiesBehind(parts);
  const isKnown = [undeclared.stores, fewestVoters, replication].every(
    ({ state }) => state === "read",
  );
  const spare = Math.min(minorityOf(copies), spareBehind(behind, isWhole));
  return {
    name: `stores (${storeWords({ behind, isWhole, isKnown }) ?? `a region has ${copies} copies`})`,
    members: stores,
    spare: isKnown ? spare : 0,
    ...(wanted !== undefined && { copies: wanted }),
  };
}

function namesOf({ members }: Parts, ofRole: string): readonly string[] {
  return members.filter(({ role }) => role === ofRole).map(({ name }) => name);
}

function isUp({ members }: Pick<Parts, "members">, name: string): boolean {
  return members.find((member) => member.name === name)?.health === "up";
}

interface Known {
  readonly behind: number | undefined;
  readonly isWhole: boolean;
  /** PD said which stores there are, and what its rules are. */
  readonly isKnown: boolean;
}

/** Undefined where it says nothing more than that a store is away. */
function storeWords({ behind, isWhole, isKnown }: Known): string | undefined {
  if (behind === undefined) return "whether copies are missing cannot be read";
  if (!isKnown) return "how many copies there are cannot be read";
  return behind > 0 && isWhole
    ? `${behind} copies are missing, behind or without a leader`
    : undefined;
}

/** Those of the store that is away are among them; whose the others are, nobody says. */
function spareBehind(behind: number | undefined, isWhole: boolean): number {
  if (behind === 0) return Number.POSITIVE_INFINITY;
  return behind === undefined || isWhole ? 0 : 1;
}

/**
 * Each store may be the one that a region cannot do without; undefined when PD cannot say, nor one
 * of the stores that answer.
 */
function copiesBehind({ regions, stores, ...parts }: Parts): number | undefined {
  const counted = readValue(regions);
  const counts = [
    ...[counted?.missPeer, counted?.downPeer, counted?.pendingPeer],
    ...stores
      .filter(({ name }) => isUp(parts, name))
      .map(({ metrics }) => readValue(metrics)?.leaderMissing),
  ];
  return counts.reduce<number | undefined>(
    (sum, count) => (sum === undefined || typeof count !== "number" ? undefined : sum + count),
    0,
  );
}

/** Of so many voters, how many may be missing; 0 of none. */
function minorityOf(voters: number): number {
  return Math.max(0, Math.floor((voters - 1) / 2));
}

/** Whom PD or its peers do not hear, or only now and then, or nobody knows, although we do. */
function cutOffIn({ pdMembers, stores, disturbances, ...parts }: Parts): readonly string[] {
  const found = (disturbances && readValue(disturbances)) ?? [];
  const leaderless = pdMembers.filter(
    ({ name, metrics }) => isUp(parts, name) && !readValue(metrics)?.hasEtcdLeader,
  );
  const unheard = stores.filter(({ listed }) => {
    const entry = readValue(listed);
    return entry ? isUnheard(entry, listed.atMs) : false;
  });
  return [
    ...found
      .filter(({ type }) => type === "partition" || type === "loss")
      .map(({ member }) => member),
    ...[...leaderless, ...unheard].map(({ name }) => name),
  ];
}

/** PD's own bound; of a store that is Offline it does not say Disconnected. */
const HEARTBEAT_MS_MAX = 20_000;

function isUnheard({ stateName, lastHeartbeat }: ListedStore, atMs: number): boolean {
  if (stateName !== "Offline") return ["Disconnected", "Down"].includes(stateName);
  const heardAtMs = Date.parse(lastHeartbeat ?? "");
  return !(atMs - heardAtMs <= HEARTBEAT_MS_MAX);
}
