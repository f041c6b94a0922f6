// An HTTP server that ends with its scope: first what is under way, for a bounded time.
import { messageOf, OperatorError } from "../../../../src/domain/errors.ts";

export interface Listener {
  /** The node's name, for messages. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly answer: (request: Request) => Promise<Response> | Response;
  /** Paths with a method that are taken before the address of a request is even parsed. */
  readonly shortcuts?: Readonly<Record<string, Shortcut>>;
  readonly log: (line: string) => void;
}

export type Shortcut = Partial<
  Record<"GET" | "POST", (request: Request) => Promise<Response> | Response>
>;

/** Above this Bun itself says 413. Below it we do, with a sentence. */
const BODY_BYTES_MAX = 2 * 1024 * 1024;
const IDLE_TIMEOUT_S = 60;
const DRAIN_MS_MAX = 3_000;

/** Throws with code "runtime" when the port is taken. */
export function listen({ name, host, port, ...listener }: Listener): AsyncDisposable {
  try {
    const server = Bun.serve({
      hostname: host,
      port,
      idleTimeout: IDLE_TIMEOUT_S,
      maxRequestBodySize: BODY_BYTES_MAX,
      development: false,
      // Bun shares the port by default where `development` is false: two nodes, one address.
      reusePort: false,
      routes: listener.shortcuts ?? {},
      fetch: listener.answer,
      error: (error) => {
        listener.log(`request failed: ${messageOf(error)}`);
        return Response.json(
          { error: { code: "internal", message: "a defect of the limiter: see its log" } },
          { status: 500 },
        );
      },
    });
    return { [Symbol.asyncDispose]: () => drain(server) };
  } catch (cause) {
    const hint = "another process may have the port";
    throw new OperatorError("runtime", `serve ${name} on port ${port}`, { hint, cause });
  }
}

/** No new connections; those that are idle end, and the others after their answer. */
async function drain(server: Bun.Server<undefined>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise((resolve) => {
    timer = setTimeout(resolve, DRAIN_MS_MAX);
  });
  await Promise.race([server.stop(), expired]);
  clearTimeout(timer);
  await server.stop(true);
}
