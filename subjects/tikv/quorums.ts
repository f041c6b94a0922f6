// Who of the cluster must not be missing together: PD's members, and stores that may hold copies of
// one region.
import { type QuorumGroup, readValue } from "../../src/domain/observation.ts";
import type { TikvObservation } from "./observation.ts";

type Parts = Pick<TikvObservation, "members" | "replication" | "declared">;

export function tikvQuorums({ members, replication, declared }: Parts): readonly QuorumGroup[] {
  const namesOf = (role: string) =>
    members.filter((member) => member.role === role).map(({ name }) => name);
  const [pds, stores] = [namesOf("pd"), namesOf("tikv")];
  const replicas = readValue(replication)?.maxReplicas ?? declared.replication?.maxReplicas ?? 1;
  // Any of them may hold the copies of some region, however many stores there are.
  const copies = Math.min(stores.length, replicas);
  return [
    { name: "PD members", members: pds, spare: minorityOf(pds.length) },
    {
      name: `stores (a region has ${copies} copies)`,
      members: stores,
      spare: minorityOf(copies),
    },
  ];
}

/** Of so many voters, how many may be missing; 0 of none. */
function minorityOf(voters: number): number {
  return Math.max(0, Math.floor((voters - 1) / 2));
}
