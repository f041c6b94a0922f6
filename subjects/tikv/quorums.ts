// Who of the cluster must not be missing together: PD's members, and stores that may hold copies of
// one region.
import { type QuorumGroup, readValue } from "../../src/domain/observation.ts";
import type { TikvObservation } from "./observation.ts";

type Parts = Pick<TikvObservation, "members" | "replication" | "declared" | "regions">;

export function tikvQuorums(parts: Parts): readonly QuorumGroup[] {
  const { members, replication, declared } = parts;
  const ofRole = (role: string) => members.filter((member) => member.role === role);
  const namesOf = (some: Parts["members"]) => some.map(({ name }) => name);
  const [pds, stores] = [ofRole("pd"), ofRole("tikv")];
  const replicas = readValue(replication)?.maxReplicas ?? declared.replication?.maxReplicas ?? 1;
  // Any of them may hold the copies of some region, however many stores there are.
  const copies = Math.min(stores.length, replicas);
  const behind = stores.every(({ health }) => health === "up") ? copiesBehind(parts) : 0;
  return [
    { name: "PD members", members: namesOf(pds), spare: minorityOf(pds.length) },
    {
      name: behind > 0 ? `stores (${behind} copies are missing or behind)` : copiesWords(copies),
      members: namesOf(stores),
      spare: behind > 0 ? 0 : minorityOf(copies),
    },
  ];
}

function copiesWords(copies: number): string {
  return `stores (a region has ${copies} copies)`;
}

/** Whose, nobody says: each store may be the one that a region cannot do without. */
function copiesBehind({ regions }: Parts): number {
  const counted = readValue(regions);
  if (!counted) return 0;
  return (counted.missPeer ?? 0) + (counted.downPeer ?? 0) + (counted.pendingPeer ?? 0);
}

/** Of so many voters, how many may be missing; 0 of none. */
function minorityOf(voters: number): number {
  return Math.max(0, Math.floor((voters - 1) / 2));
}
