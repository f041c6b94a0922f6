// Where the peers are now: the engine's name server, which every member's network has, knows a
// container by its id, also after a restart that gave it another address.
import { resolve4 } from "node:dns/promises";

/** IPv4, sorted. A peer that does not run has none. */
export async function addressesOf(hosts: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(hosts.map(lookUp));
  return [...new Set(found.flat())].toSorted();
}

async function lookUp(host: string): Promise<readonly string[]> {
  try {
    return await resolve4(host);
  } catch {
    return [];
  }
}
