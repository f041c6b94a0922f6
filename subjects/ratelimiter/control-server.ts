// The HTTP control port of the proxy and of the job runner: /live for everybody, and JSON below
// /api for whoever has the token.
import { timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { messageOf, OperatorError } from "../../src/domain/errors.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import type { Address } from "./address.ts";

export interface ControlPort {
  /** The member's. */
  readonly name: string;
  readonly control: Address;
  readonly token: string;
  readonly log: (line: string) => void;
}

export interface ControlRoute {
  readonly method: "GET" | "PUT" | "DELETE";
  /** Matched against the whole path; its groups are handed over, decoded. */
  readonly path: RegExp;
  /** Answers 200 with this. A ZodError becomes 400, OperatorError "not_found" 404. */
  answer(groups: readonly string[], body: unknown): Promise<JsonObject>;
}

const BODY_BYTES_MAX = 64 * 1024;

/** Serves until it is disposed. Rejects with code "runtime" when the port is taken. */
export function serveControl(
  { name, control: { host, port }, token, log }: ControlPort,
  routes: readonly ControlRoute[],
): Disposable {
  try {
    const server = Bun.serve({
      hostname: host,
      port,
      development: false,
      // Bun 1.4.4 shares a port outside of development: two members would take turns.
      reusePort: false,
      maxRequestBodySize: BODY_BYTES_MAX,
      fetch: async (request) => {
        const path = new URL(request.url).pathname;
        if (path === "/live") return Response.json({ name, status: "live" });
        if (!hasToken(request, token)) return refuse(401, "unauthorized", "this needs the token");
        return answer(request, { path, routes });
      },
      error: (error) => {
        log(`a request failed: ${error.message}`);
        return refuse(500, "internal", "this request failed");
      },
    });
    return { [Symbol.dispose]: () => void server.stop(true) };
  } catch (cause) {
    throw new OperatorError("runtime", `serving ${name} on port ${port}: ${messageOf(cause)}`);
  }
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function answer(
  request: Request,
  { path, routes }: { readonly path: string; readonly routes: readonly ControlRoute[] },
): Promise<Response> {
  const matching = routes.filter((route) => route.path.test(path));
  if (matching.length === 0) return refuse(404, "not_found", `there is no ${path}`);
  const route = matching.find(({ method }) => method === request.method);
  if (!route) return refuse(405, "method_not_allowed", `${path} does not take ${request.method}`);
  try {
    const groups = (route.path.exec(path) ?? []).slice(1).map(decodeURIComponent);
    const body = request.method === "PUT" ? await request.json() : undefined;
    return Response.json(await route.answer(groups, body));
  } catch (error) {
    return refuseFor(error);
  }
}

/** What is wrong with the request is told; what is wrong with us goes to the log. */
function refuseFor(error: unknown): Response {
  if (error instanceof z.ZodError) return refuse(400, "invalid", z.prettifyError(error));
  if (error instanceof SyntaxError) return refuse(400, "invalid", "the body is not JSON");
  if (error instanceof URIError) return refuse(400, "invalid", "the path is not UTF-8");
  const isMissing = error instanceof OperatorError && error.code === "not_found";
  if (isMissing) return refuse(404, "not_found", messageOf(error));
  throw error;
}

function refuse(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status });
}

function hasToken(request: Request, token: string): boolean {
  const given = Buffer.from(request.headers.get("authorization") ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
