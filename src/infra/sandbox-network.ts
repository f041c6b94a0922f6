// The subject's addresses as a sandbox with a network of its own has them: the same loopback
// addresses, and for each name one that nobody else uses.
import { connect, isIP } from "node:net";
import type { Address, RelayPlan } from "./sandbox-protocol.ts";
import { nameOf } from "./sandbox-protocol.ts";
import { readTakingPorts } from "./taking-ports.ts";

export interface InsideNetwork {
  readonly listen: RelayPlan["listen"];
  /** The text of /etc/hosts. */
  readonly hosts: string;
}

/** A part of 127.0.0.0/8 in which no member is. */
const NAMED_NET = "127.88.";
const LOOPBACK_NAME = "localhost";
const LOOPBACK_IP = "127.0.0.1";
/** hosts(5): a comment, to whoever reads a line of it. */
const NOT_ELSEWHERE = "# the sandbox's own line; the machine's: getent hosts";
/** What was lost is sent again after 1 s: RFC 6298, 2.1. Who is there says so at once. */
const ANSWERED_WITHIN_MS = 1_500;

/** IP addresses of other machines, for which no loopback can stand. */
export function othersAmong(addresses: readonly Address[]): readonly string[] {
  const hosts = addresses.map(({ host }) => host);
  return [...new Set(hosts.filter((host) => isIP(host) !== 0 && !isLoopback(host)))];
}

export function networkInside(addresses: readonly Address[]): InsideNetwork {
  const names = [...new Set(addresses.map(({ host }) => host))].filter(
    (host) => isIP(host) === 0 && host !== LOOPBACK_NAME,
  );
  const ipOf = (host: string) => {
    if (isIP(host) !== 0) return host;
    const index = names.indexOf(host);
    return index === -1
      ? LOOPBACK_IP
      : `${NAMED_NET}${Math.floor(index / 250)}.${(index % 250) + 1}`;
  };
  const named = [LOOPBACK_NAME, ...names].map((name) => `${ipOf(name)} ${name} ${NOT_ELSEWHERE}`);
  return {
    listen: addresses.map((address) => ({
      ip: ipOf(address.host),
      port: address.port,
      for: nameOf(address),
    })),
    hosts: `${named.join("\n")}\n`,
  };
}

export interface Listening {
  readonly accepting: readonly Address[];
  /** Who neither takes nor refuses a connection: dropped on the way, or nobody has time for it. */
  readonly silent: readonly Address[];
}

/**
 * A port that takes no connections must not seem to be one that does. Who is knocked at has a place
 * taken, of which there may be few: so only whom a command names, or of whom the kernel does not
 * tell. What drops connections on the way it does not know.
 */
export async function listeningOf(
  addresses: readonly Address[],
  command: string,
): Promise<Listening> {
  const isTaking = readTakingPorts();
  const numbers = new Set(command.match(/\d+/g));
  const answers = await Promise.all(
    addresses.map((address) => {
      const { host, port } = address;
      const ip = host === LOOPBACK_NAME ? LOOPBACK_IP : host;
      const isQuiet = ip.startsWith("127.") && !numbers.has(String(port)) && isTaking(ip, port);
      return isQuiet ? "accepts" : knockOn(address);
    }),
  );
  return {
    accepting: addresses.filter((_, index) => answers[index] === "accepts"),
    silent: addresses.filter((_, index) => answers[index] === "silent"),
  };
}

function knockOn(address: Address): Promise<"accepts" | "refuses" | "silent"> {
  const { promise, resolve } = Promise.withResolvers<"accepts" | "refuses" | "silent">();
  const socket = connect({ ...address });
  socket.setTimeout(ANSWERED_WITHIN_MS, () => resolve("silent"));
  socket.once("connect", () => resolve("accepts"));
  socket.once("error", () => resolve("refuses"));
  return promise.finally(() => socket.destroy());
}

/** Who connects to no address in particular means this machine. */
function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ["::1", "0.0.0.0", "::"].includes(ip);
}
