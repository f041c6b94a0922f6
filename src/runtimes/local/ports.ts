// Loopback ports for members: chosen once, kept for the subject's life.
import { createServer } from "node:net";
import { OperatorError } from "../../domain/errors.ts";
import { hasCode } from "../../infra/files.ts";

/**
 * Below the range from which systems take the ports of outgoing connections (from 32768 on Linux,
 * from 49152 on macOS): while a member is down, no connection can be given its port.
 */
const FIRST = 21_000;
const LAST = 31_999;

/**
 * That many free ports, in a row as far as they are free. Where the search begins depends on the
 * key, so that subjects of different homes seldom meet.
 */
export async function allocatePorts(count: number, key: string): Promise<readonly number[]> {
  const range = LAST - FIRST + 1;
  const start = Number(BigInt(Bun.hash(key)) % BigInt(range));
  const ports: number[] = [];
  for (let step = 0; step < range && ports.length < count; step += 1) {
    const port = FIRST + ((start + step) % range);
    if (await isPortFree(port)) ports.push(port);
  }
  if (ports.length === count) return ports;
  throw new OperatorError("runtime", `allocating ${count} ports: only ${ports.length} are free`, {
    hint: `free some ports from ${FIRST} to ${LAST} on 127.0.0.1`,
  });
}

/** Whether a member could listen on it now, found by listening. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      if (hasCode(error, "EADDRINUSE") || hasCode(error, "EACCES")) resolve(false);
      else reject(error);
    });
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
