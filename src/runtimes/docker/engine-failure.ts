// Pure: from what a request to an engine failed with to one line and its remedy.
import { z } from "zod";
import { messageOf, OperatorError } from "../../domain/errors.ts";

const FAILURE = z.object({
  /** Of the system, when nobody answered. */
  code: z.string().optional(),
  /** Of HTTP, when the engine answered. */
  statusCode: z.number().optional(),
  /** The engine's own words. */
  json: z.object({ message: z.string() }).optional().catch(undefined),
});

export type EngineFailure = z.infer<typeof FAILURE>;

/** What may be in DOCKER_HOST. */
export const ENGINE_FORMS =
  "DOCKER_HOST names an engine: unix:///var/run/docker.sock, tcp://host:2375 or host:2375";

/** What dockerode puts before the engine's words where a stream was asked for. */
const PACKAGE_WORDS = /^\(HTTP code \d+\) [\w ]+ - /;

/** By the system's code: what is so, and what a person can do. */
const UNANSWERED: Readonly<Record<string, readonly [cause: string, hint: string]>> = {
  ENOENT: ["no socket is there", "start Docker, or name an engine with DOCKER_HOST"],
  ECONNREFUSED: ["nobody listens there", "start Docker, or name an engine with DOCKER_HOST"],
  EACCES: forbidden(),
  EPERM: forbidden(),
  ENOTFOUND: ["no such host", ENGINE_FORMS],
  EHOSTUNREACH: unreached("no route to it"),
  ENETUNREACH: unreached("no route to it"),
  ETIMEDOUT: unreached("it does not answer"),
  ABORT_ERR: unreached("it does not answer"),
  ECONNRESET: unreached("the connection was cut"),
  EPIPE: unreached("the connection was cut"),
};

/** As an engine that ends, or begins, leaves connections. */
const AWAY = ["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE", "ABORT_ERR"];

/** Somebody took the connection, and said nothing. */
export class EngineSilence extends Error {
  override readonly name = "EngineSilence";
}

export function sayEngineFailure(
  error: unknown,
  { doing, where }: { readonly doing: string; readonly where: string },
): OperatorError {
  if (error instanceof OperatorError) return error;
  const { code, statusCode, json } = failureOf(error);
  if (statusCode !== undefined) {
    const said = json?.message ?? messageOf(error).replace(PACKAGE_WORDS, "");
    return new OperatorError("runtime", `${doing}: the docker engine says: ${said.trim()}`, {
      cause: error,
      ...(statusCode === 401 || statusCode === 403 ? { hint: forbidden()[1] } : {}),
    });
  }
  const [cause, hint] = UNANSWERED[code ?? ""] ?? unreached(messageOf(error));
  return new OperatorError("runtime", `${doing} ${where}: ${cause}`, { hint, cause: error });
}

/** Whether the engine answered so: 304 nothing to change, 404 no such, 409 in another state. */
export function isAnswered(error: unknown, statusCode: number): boolean {
  return failureOf(error).statusCode === statusCode;
}

/** Whether nobody answered: what was asked may have been done, or not. */
export function isEngineAway(error: unknown): boolean {
  if (!(error instanceof OperatorError) || error.cause === undefined) return false;
  const { cause } = error;
  const { code, statusCode } = failureOf(cause);
  if (statusCode !== undefined) return false;
  return cause instanceof EngineSilence || (code !== undefined && AWAY.includes(code));
}

function failureOf(error: unknown): EngineFailure {
  const { data = {} } = FAILURE.safeParse(error);
  return data;
}

function forbidden(): readonly [string, string] {
  return [
    "this user may not use it",
    "let an administrator add you to its group, and log in again; docker/compose.yaml has " +
      "OPERATOR_DOCKER_GID for it",
  ];
}

function unreached(cause: string): readonly [string, string] {
  return [cause, "see that the engine runs, and that DOCKER_HOST names it"];
}
