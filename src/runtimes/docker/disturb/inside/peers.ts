// Where the peers are now: the engine's name server, which every member's network has, knows a
// container by its id, also after a restart that gave it another address.
import { Resolver } from "node:dns/promises";

/** Asked again and again: a peer that does not run has no address. IPv4, sorted, each once. */
export type PeerLook = () => Promise<readonly string[]>;

/** Whom the server does not know; when it only forwards the question, nobody may answer it. */
const UNKNOWN = ["ENOTFOUND", "ENODATA", "ESERVFAIL"];
const ANSWER_WITHIN_MS = 1_000;

/** Where the server itself does not answer, a peer is where it was. */
export function lookForPeers(hosts: readonly string[]): PeerLook {
  const resolver = new Resolver({ timeout: ANSWER_WITHIN_MS, tries: 1 });
  const last = new Map<string, readonly string[]>();
  const look = async (host: string) => {
    try {
      last.set(host, await resolver.resolve4(host));
    } catch (error) {
      if (UNKNOWN.includes(codeOf(error))) last.delete(host);
    }
    return last.get(host) ?? [];
  };
  return async () => {
    const found = await Promise.all(hosts.map(look));
    return [...new Set(found.flat())].toSorted();
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
