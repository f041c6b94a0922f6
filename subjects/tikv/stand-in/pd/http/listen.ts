// An HTTP server that ends with its scope.
import { OperatorError } from "../../../../../src/domain/errors.ts";
import type { Log } from "../../log.ts";

export interface Listener {
  /** The member's name, for messages. */
  readonly name: string;
  /** An address of this machine. */
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  readonly answer: (request: Request) => Promise<Response>;
}

const IDLE_TIMEOUT_S = 120; // longer than any answer takes; Bun closes a silent connection after it

/** Rejects with code "runtime" when the port is taken. */
export function listen({ name, host, port, log, answer }: Listener): Disposable {
  try {
    const server = Bun.serve({
      hostname: host,
      port,
      idleTimeout: IDLE_TIMEOUT_S,
      development: false,
      // Bun 1.4.4 shares a port outside of development: two members would take turns.
      reusePort: false,
      fetch: answer,
      error: (error) => {
        log.error("request failed", { error: error.message });
        return new Response("internal error\n", { status: 500 });
      },
    });
    return { [Symbol.dispose]: () => void server.stop(true) };
  } catch (cause) {
    const hint = "another process may have the port";
    throw new OperatorError("runtime", `serve ${name} on port ${port}`, { hint, cause });
  }
}
