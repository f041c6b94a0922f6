// Ports for what a test starts itself: each handed out once in this process.
import { isPortFree } from "../../src/runtimes/local/ports.ts";

/**
 * Below the ports of subjects, and of outgoing connections: a port that was found by listening on
 * any may be found again, or become a connection's, before whom it was found for listens there.
 */
const FIRST = 10_000;
const COUNT = 11_000;

/** Begun anywhere: another run of the tests may look beside this one. */
let next = Math.floor(Math.random() * COUNT);

export async function freePort(): Promise<number> {
  for (let tried = 0; tried < COUNT; tried += 1) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if (await isPortFree(port)) return port;
  }
  throw new Error(`no port from ${FIRST} to ${FIRST + COUNT - 1} is free`);
}
