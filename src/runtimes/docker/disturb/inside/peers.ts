// Where the peers are now: the engine's name server, which every member's network has, knows a
// container by its id, also after a restart that gave it another address. It is asked by a message
// of our own: a resolver asks once for all who want the same, and waits as long as others do.
import type { Clock } from "../../../../domain/clock.ts";
import { decodeAnswer, encodeQuestion } from "../dns.ts";

/** Asked again and again: a peer that does not run has no address. IPv4, sorted, each once. */
export type PeerLook = () => Promise<readonly string[]>;

export interface NameServer {
  readonly ip: string;
  readonly port: number;
}

/** In every container on a network that somebody made: Docker's "Networking overview". */
const NAME_SERVER: NameServer = { ip: "127.0.0.11", port: 53 };
/** What it knows it says at once; what it does not it asks others for, who may be silent. */
const ANSWER_WITHIN_MS = 500;
const IDS = 0x10000;

/** Without an answer a peer is where it was, also when nobody listens there any more. */
export function lookForPeers(
  hosts: readonly string[],
  clock: Clock,
  server: NameServer = NAME_SERVER,
): PeerLook {
  const last = new Map<string, readonly string[]>();
  let id = 0;
  const look = async (host: string) => {
    id = (id + 1) % IDS;
    const found = await askFor(host, { id, clock, server });
    if (found) last.set(host, found);
    return last.get(host) ?? [];
  };
  return async () => {
    const found = await Promise.all(hosts.map(look));
    return [...new Set(found.flat())].toSorted();
  };
}

interface Question {
  readonly id: number;
  readonly clock: Clock;
  readonly server: NameServer;
}

/** Undefined when there is no answer in time, or will be none. */
async function askFor(
  host: string,
  { id, clock, server }: Question,
): Promise<readonly string[] | undefined> {
  const answered = Promise.withResolvers<readonly string[] | undefined>();
  const data = (_: unknown, message: Buffer) => {
    const found = decodeAnswer(id, message);
    if (found) answered.resolve(found);
  };
  const waiting = new AbortController();
  // A member that was restarted has left its name server behind: this network refuses.
  const error = () => answered.resolve(undefined);
  const socket = await Bun.udpSocket({ socket: { data, error } });
  try {
    socket.send(encodeQuestion(id, host), server.port, server.ip);
    const late = clock.sleep(ANSWER_WITHIN_MS, waiting.signal).then(() => undefined);
    return await Promise.race([answered.promise, late]);
  } finally {
    waiting.abort();
    socket.close();
  }
}
