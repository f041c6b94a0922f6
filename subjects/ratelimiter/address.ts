// Where something listens, or is to be found.
import { OperatorError } from "../../src/domain/errors.ts";

export interface Address {
  /** A name, or an address; an IPv6 one without its brackets. */
  readonly host: string;
  readonly port: number;
}

export const LOOPBACK = "127.0.0.1";

const PORT_MAX = 65_535;

/** `redis:6379`, `[::1]:6379`. Throws code "usage" for anything else. */
export function parseAddress(text: string): Address {
  const [, ipv6, name, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  const host = ipv6 ?? name;
  const port = Number(digits);
  if (host !== undefined && port >= 1 && port <= PORT_MAX) return { host, port };
  throw new OperatorError("usage", `"${text}": must be host:port, such as 127.0.0.1:8080`);
}
