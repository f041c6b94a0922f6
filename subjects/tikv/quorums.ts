// Who of the cluster must not be missing together: PD's members, and stores that may hold copies of
// one region.
import { type QuorumGroup, readValue } from "../../src/domain/observation.ts";
import type { ListedStore, TikvObservation } from "./observation.ts";

type Parts = Pick<
  TikvObservation,
  "members" | "replication" | "declared" | "regions" | "pdMembers" | "stores" | "disturbances"
>;

export function tikvQuorums(parts: Parts): readonly QuorumGroup[] {
  const { members, replication, declared } = parts;
  const ofRole = (role: string) => members.filter((member) => member.role === role);
  const namesOf = (some: Parts["members"]) => some.map(({ name }) => name);
  const [pds, stores] = [ofRole("pd"), ofRole("tikv")];
  // Copies are made over minutes: what PD was told last may not be what there is.
  const told = [readValue(replication)?.maxReplicas, declared.replication?.maxReplicas];
  const replicas = Math.min(...told.map((count) => count ?? Number.POSITIVE_INFINITY));
  const wanted = declared.replication?.maxReplicas ?? readValue(replication)?.maxReplicas;
  // Any of them may hold the copies of some region, however many stores there are.
  const copies = Number.isFinite(replicas) ? Math.min(stores.length, replicas) : 1;
  const isWhole = stores.every(({ health }) => health === "up");
  const behind = copiesBehind(parts);
  const cutOff = cutOffIn(parts);
  return [
    { name: "PD members", members: namesOf(pds), spare: minorityOf(pds.length), cutOff },
    {
      name: `stores (${behindWords(behind, isWhole) ?? `a region has ${copies} copies`})`,
      members: namesOf(stores),
      spare: Math.min(minorityOf(copies), spareBehind(behind, isWhole)),
      cutOff,
      ...(wanted !== undefined && { copies: wanted }),
    },
  ];
}

/** Whom PD or its peers do not hear, or only now and then, although we do. */
function cutOffIn({ pdMembers, stores, disturbances }: Parts): readonly string[] {
  const found = (disturbances && readValue(disturbances)) ?? [];
  const leaderless = pdMembers.filter(({ metrics }) => readValue(metrics)?.hasEtcdLeader === false);
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

/** Undefined where it says nothing more than that a store is away. */
function behindWords(behind: number | undefined, isWhole: boolean): string | undefined {
  if (behind === undefined) return "whether copies are missing cannot be read";
  return behind > 0 && isWhole
    ? `${behind} copies are missing, behind or without a leader`
    : undefined;
}

/** Those of the store that is away are among them; whose the others are, nobody says. */
function spareBehind(behind: number | undefined, isWhole: boolean): number {
  if (behind === 0) return Number.POSITIVE_INFINITY;
  return behind === undefined || isWhole ? 0 : 1;
}

/** Each store may be the one that a region cannot do without; undefined when PD cannot say. */
function copiesBehind({ regions, stores }: Parts): number | undefined {
  const counted = readValue(regions);
  if (!counted) return undefined;
  const leaderless = stores.map(({ metrics }) => readValue(metrics)?.leaderMissing ?? 0);
  const missing = leaderless.reduce((sum, count) => sum + count, 0);
  return missing + (counted.missPeer ?? 0) + (counted.downPeer ?? 0) + (counted.pendingPeer ?? 0);
}

/** Of so many voters, how many may be missing; 0 of none. */
function minorityOf(voters: number): number {
  return Math.max(0, Math.floor((voters - 1) / 2));
}
