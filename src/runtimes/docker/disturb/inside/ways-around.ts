// Leads the connections between the member and its peers through a Detour, as peers come and go and
// as the member opens ports. Those that were there before are broken, so that all are delayed.
//
// A connection that the member makes is told by the member's own socket, which names the peer's
// port whatever the redirection; one that a peer makes by the port of the member that it came to.
import { existsSync, readFileSync } from "node:fs";
import { type Detours, detourChains } from "../chains.ts";
import { openPorts, type Place, parseSockets, type SocketRow } from "../sockets.ts";
import { Detour, type DetourOptions, type Target } from "./detour.ts";
import { writeChains } from "./write-chains.ts";

type Connection = Detours["broken"][number];

const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"];

export class WaysAround {
  readonly #detour: Detour;
  /** Our port for each peer, and for each port of the member. */
  readonly #outward = new Map<string, number>();
  readonly #inward = new Map<number, number>();
  #peers: readonly string[] = [];
  #broken: readonly Connection[] = [];
  #written = "";

  constructor(options: DetourOptions) {
    this.#detour = new Detour(options);
  }

  /** These and no others; in force when it resolves. To be called again as time goes on. */
  async lead(peers: readonly string[]): Promise<void> {
    const newPeers = peers.filter((peer) => !this.#peers.includes(peer));
    const newPorts = this.#openWays(peers);
    this.#peers = peers;
    await this.#write();
    const rows = readSockets();
    const isNew = ({ local, remote }: SocketRow) =>
      newPeers.includes(remote.ip ?? "") || newPorts.includes(local.port);
    const direct = rows.filter((row) => this.#isDirect(row) && isNew(row)).map(connectionOf);
    const left = new Set(rows.map((row) => keyOf(connectionOf(row))));
    const broken = this.#broken.filter((connection) => left.has(keyOf(connection)));
    this.#broken = [...broken, ...direct];
    await this.#write();
  }

  /** The member's ports to which there was none before. */
  #openWays(peers: readonly string[]): readonly number[] {
    for (const peer of peers.filter((ip) => !this.#outward.has(ip))) {
      const targetOf = (callerPort: number) => calledFrom(callerPort, peer);
      this.#outward.set(peer, this.#detour.open({ from: "member", targetOf }));
    }
    const open = openPorts(readSockets()).filter(({ port }) => !this.#detour.owns(port));
    const added = open.filter(({ port }) => !this.#inward.has(port));
    for (const place of added) {
      const targetOf = () => reachableHere(place);
      this.#inward.set(place.port, this.#detour.open({ from: "peer", targetOf }));
    }
    return added.map(({ port }) => port);
  }

  /** Nothing when it is written already. */
  async #write(): Promise<void> {
    const ports = [...this.#inward].map(([port, to]) => ({ port, to }));
    const outward = this.#peers.map((peer) => ({ peer, to: this.#outward.get(peer) ?? 0 }));
    const inward = this.#peers.flatMap((peer) => ports.map((way) => ({ peer, ...way })));
    const detours = { outward, inward, broken: this.#broken };
    const text = JSON.stringify(detours);
    if (text === this.#written) return;
    await writeChains(detourChains(detours));
    this.#written = text;
  }

  /**
   * One that is redirected is among them as well: what breaks others does not match it. What we
   * ourselves open to a peer is not there yet when its first connections are looked at.
   */
  #isDirect({ state, local, remote }: SocketRow): boolean {
    const isToPeer = this.#peers.includes(remote.ip ?? "");
    return state === "established" && isToPeer && !this.#detour.owns(local.port);
  }
}

/** Undefined when the caller is gone, or two of its sockets share the port. */
function calledFrom(callerPort: number, peer: string): Target | undefined {
  const rows = readSockets().filter(
    ({ local, remote }) => local.port === callerPort && remote.ip === peer,
  );
  const [row] = rows;
  return row && rows.length === 1 ? { ip: peer, port: row.remote.port } : undefined;
}

function reachableHere({ ip, port }: Place): Target {
  return { ip: ip === undefined || ip === "0.0.0.0" ? "127.0.0.1" : ip, port };
}

function readSockets(): readonly SocketRow[] {
  return TABLES.filter(existsSync).flatMap((path) => parseSockets(readFileSync(path, "utf8")));
}

function connectionOf({ local, remote }: SocketRow): Connection {
  return { peer: remote.ip ?? "", peerPort: remote.port, port: local.port };
}

function keyOf({ peer, peerPort, port }: Connection): string {
  return `${port} ${peer} ${peerPort}`;
}
