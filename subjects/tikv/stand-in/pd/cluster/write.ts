// Writes of the PD leader: one after the other, each valid only while its leader key stands.
import type { Cluster } from "../member.ts";
import { KEYS } from "../metadata/records.ts";
import type { Transaction } from "../metadata/replica.ts";
import { transact } from "../metadata/transact.ts";

export interface Change {
  readonly puts?: Transaction["puts"];
  readonly deletes?: readonly string[];
}

/** `conflict`: this member is not PD leader any more, and nothing was written. */
export type WriteOutcome =
  | { readonly state: "written" }
  | { readonly state: "conflict" }
  | { readonly state: "uncertain"; readonly reason: string };

/**
 * Reads, decides and writes with no other write of this leader in between. `decide` sees every
 * write before it; `undefined` writes nothing.
 */
export function writeSerially(
  cluster: Cluster,
  decide: () => Change | undefined,
): Promise<WriteOutcome> {
  const { office } = cluster;
  const result = office.writing.then(async (): Promise<WriteOutcome> => {
    const change = decide();
    return change === undefined ? { state: "written" } : await writeNow(cluster, change);
  });
  // The next write waits for this one, however it ends; its own caller sees a rejection.
  office.writing = result.catch(() => undefined);
  return result;
}

function writeNow({ member, office }: Cluster, change: Change): Promise<WriteOutcome> {
  const transaction: Transaction = {
    conditions: [{ key: KEYS.leader, value: office.leaderText }],
    puts: change.puts ?? [],
    deletes: change.deletes ?? [],
  };
  const deadlineMs = member.settings.timings.writeMs;
  return transact(member, { transaction, deadlineMs });
}

export function putJson(key: string, value: unknown): { key: string; value: string } {
  return { key, value: JSON.stringify(value) };
}
