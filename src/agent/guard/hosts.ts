// Which hosts are the subject's: this machine, and those that the knowledge names. A member's name
// is a host's only among members; elsewhere it may be somebody's machine.
import type { CommandKnowledge } from "./scope.ts";

type Known = Pick<CommandKnowledge, "readHosts" | "members" | "ports">;

/** Where members listen: at another address of loopback another program would answer. */
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[?::1\]?|0\.0\.0\.0)$/;

/** `host` as URL.hostname has it; `authority` with its port where there is one. */
export function isKnownHost(
  { hostname, host }: { readonly hostname: string; readonly host: string },
  { readHosts }: Pick<Known, "readHosts">,
): boolean {
  if (LOOPBACK.test(hostname)) return true;
  return readHosts.some((known) => (known.includes(":") ? host === known : hostname === known));
}

export interface PortUse {
  readonly hostname: string;
  readonly port: number;
  readonly isLook: boolean;
}

/** Another program's port of this machine is not the subject's. */
export function isForeignPort(
  { hostname, port, isLook }: PortUse,
  { ports, readHosts }: Pick<Known, "ports" | "readHosts">,
): boolean {
  const isHere = hostname === "" || LOOPBACK.test(hostname);
  if (!isHere || ports === undefined || ports.includes(port)) return false;
  if (readHosts.some((known) => isPortHere(known, port))) return false;
  // Of a subject that was named by its endpoints nobody knows the others: looks find them.
  return !isLook || ports.length > 0;
}

/** Whose member it is, where that is known. */
export function ownerOf(
  { hostname, port }: Pick<PortUse, "hostname" | "port">,
  { owners, members }: Pick<CommandKnowledge, "owners" | "members">,
): string | undefined {
  if (members.includes(hostname)) return hostname;
  return hostname === "" || LOOPBACK.test(hostname) ? owners?.[port] : undefined;
}

function isPortHere(known: string, port: number): boolean {
  const [, host = "", written] = /^(.*):(\d+)$/.exec(known) ?? [];
  return LOOPBACK.test(host) && Number(written) === port;
}

/** A URL, `host:port` or `host`; without a host it is this machine. Several by commas. */
export function areKnownHosts(written: string, known: Pick<Known, "readHosts">): boolean {
  return written.split(",").every((one) => {
    if (one === "") return true;
    const host = /^[\da-f]*:[\da-f:]*:[\da-f]*$/i.test(one) ? `[${one}]` : one;
    const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(host) ? host : `tcp://${host}`);
    if (!url) return false;
    return url.hostname === "" || isKnownHost(url, known);
  });
}

/** Members that stand in a URL or in `host:port`, as its host or as a part of its path. */
export function membersIn(written: string, { members }: Pick<Known, "members">): readonly string[] {
  // `p%641` is pd1 to a server.
  const meant = written.replace(/%([2-7][\da-f])/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  const parts = new Set(meant.split(/[/:?&=@,]+/));
  return members.filter((name) => parts.has(name));
}
