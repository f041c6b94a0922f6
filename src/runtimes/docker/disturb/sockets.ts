// Pure: the TCP sockets of a network namespace, from /proc/net/tcp and /proc/net/tcp6.

export interface Place {
  /** IPv4 in dots, also where a socket of IPv6 speaks it; undefined for what is IPv6 itself. */
  readonly ip: string | undefined;
  readonly port: number;
}

export interface SocketRow {
  readonly local: Place;
  readonly remote: Place;
  readonly state: SocketState;
}

export type SocketState = "established" | "listening" | "other";

/** As the kernel numbers them: include/net/tcp_states.h. */
const STATES: Readonly<Record<string, SocketState>> = { "01": "established", "0A": "listening" };
/** ::ffff:0:0/96, in words as the machine orders their bytes. */
const MAPPED = "0000000000000000FFFF0000";
const ANY = "0".repeat(32);
const ROW = /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) /gm;

export function parseSockets(text: string): readonly SocketRow[] {
  return [...text.matchAll(ROW)].map(([, ip = "", port = "", peer = "", peerPort = "", state]) => ({
    local: placeOf(ip, port),
    remote: placeOf(peer, peerPort),
    state: STATES[state ?? ""] ?? "other",
  }));
}

/** Ports that others than this machine itself can reach, by IPv4. */
export function openPorts(rows: readonly SocketRow[]): readonly Place[] {
  const open = rows.filter(
    ({ state, local }) =>
      state === "listening" && local.ip !== undefined && !local.ip.startsWith("127."),
  );
  return [...new Map(open.map(({ local }) => [local.port, local])).values()];
}

function placeOf(address: string, port: string): Place {
  return { ip: ipOf(address), port: Number.parseInt(port, 16) };
}

function ipOf(address: string): string | undefined {
  if (address.length === 8) return dotted(address);
  // What listens for any IPv6 hears IPv4 as well, unless it asked not to.
  if (address === ANY) return "0.0.0.0";
  return address.startsWith(MAPPED) ? dotted(address.slice(MAPPED.length)) : undefined;
}

/** Bytes in the order of a little-endian machine: "0100007F" is 127.0.0.1. */
function dotted(word: string): string {
  const bytes = word.match(/../g) ?? [];
  return bytes
    .map((byte) => Number.parseInt(byte, 16))
    .reverse()
    .join(".");
}
