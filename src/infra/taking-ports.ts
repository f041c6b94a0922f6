// Which ports of this machine take connections, as its kernel tells it: who listens there hears
// nothing of the question, and has no place taken.
import { existsSync, readFileSync } from "node:fs";

const TABLE = "/proc/net/tcp";
/** proc_net_tcp(5): where it listens (0A), and in digits of 16 how many it has not taken yet. */
const LISTENS = /^ *\d+: ([\dA-F]{8}):([\dA-F]{4}) \S+ 0A [\dA-F]+:0+ /gm;
const EVERYWHERE = "0.0.0.0";

/** True where nobody waits in front of one more. Of IPv6 it knows nothing. */
export type IsTaking = (ip: string, port: number) => boolean;

export function readTakingPorts(): IsTaking {
  const text = existsSync(TABLE) ? readFileSync(TABLE, "utf8") : "";
  const places = new Set(
    [...text.matchAll(LISTENS)].map(([, ip = "", port = ""]) => `${dotted(ip)}:${hex(port)}`),
  );
  return (ip, port) => places.has(`${ip}:${port}`) || places.has(`${EVERYWHERE}:${port}`);
}

/** In the order of bytes of x86 and ARM. */
function dotted(ip: string): string {
  return (ip.match(/../g) ?? []).reverse().map(hex).join(".");
}

function hex(digits: string): number {
  return Number.parseInt(digits, 16);
}
