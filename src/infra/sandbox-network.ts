// The subject's addresses as a sandbox with a network of its own has them: the same loopback
// addresses, and for each name one that nobody else uses.
import { connect, isIP } from "node:net";
import type { Address, RelayPlan } from "./sandbox-protocol.ts";
import { nameOf } from "./sandbox-protocol.ts";

export interface InsideNetwork {
  readonly listen: RelayPlan["listen"];
  /** The text of /etc/hosts. */
  readonly hosts: string;
}

/** A part of 127.0.0.0/8 in which no member is. */
const NAMED_NET = "127.88.";
const LOOPBACK_NAME = "localhost";
/** Loopback says no at once; who is silent is taken as one that listens. */
const REFUSED_WITHIN_MS = 200;

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
      ? "127.0.0.1"
      : `${NAMED_NET}${Math.floor(index / 250)}.${(index % 250) + 1}`;
  };
  const hosts = [`127.0.0.1 ${LOOPBACK_NAME}`, ...names.map((name) => `${ipOf(name)} ${name}`)];
  return {
    listen: addresses.map((address) => ({
      ip: ipOf(address.host),
      port: address.port,
      for: nameOf(address),
    })),
    hosts: `${hosts.join("\n")}\n`,
  };
}

/** A port on which nobody listens must not seem to be one on which somebody does. */
export async function withoutRefusing(addresses: readonly Address[]): Promise<readonly Address[]> {
  const refusing = await Promise.all(addresses.map(isRefusing));
  return addresses.filter((_, index) => refusing[index] !== true);
}

function isRefusing(address: Address): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ ...address });
  socket.setTimeout(REFUSED_WITHIN_MS, () => resolve(false));
  socket.once("connect", () => resolve(false));
  socket.once("error", () => resolve(true));
  return promise.finally(() => socket.destroy());
}

/** Who connects to no address in particular means this machine. */
function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ["::1", "0.0.0.0", "::"].includes(ip);
}
