// The one place of dockerode: an engine that answers, found by what DOCKER_HOST says, else at the
// default socket. The package is loaded when it is asked for. Every failure is one line with its
// remedy.
import type Docker from "dockerode";
import type { DockerOptions } from "dockerode";
import { z } from "zod";
import { OperatorError } from "../../domain/errors.ts";
import { defaultDockerHost } from "./default-host.ts";
import { ENGINE_FORMS, EngineSilence, sayEngineFailure } from "./engine-failure.ts";

export interface Engine {
  readonly client: Docker;
  /** As DOCKER_HOST names it, also where that was not set. */
  readonly host: string;
  /** For messages: "at unix:///run/docker.sock". */
  readonly where: string;
  readonly version: string;
  /** Whether ports that it publishes on 127.0.0.1 are on this machine's. */
  readonly isHere: boolean;
}

const LOOKING = "looking for a docker engine";
/** An engine of this machine answers in milliseconds; another's may be far. */
const DEADLINE_MS = 5_000;
/** Engine 19.03, the first whose compose files and events are as here. */
const API_MIN = "1.40";
const VERSION = z.object({ Version: z.string(), ApiVersion: z.string() });

/**
 * Rejects with code "runtime" when the engine is absent, cannot be reached, may not be used, is too
 * old or is none; "usage" when `dockerHost` (as DOCKER_HOST) names no place.
 */
export async function connectEngine(
  dockerHost: string | undefined,
  deadlineMs = DEADLINE_MS,
): Promise<Engine> {
  // It calls url.parse for hosts on TCP: nothing that who reads our lines could mend.
  process.noDeprecation = true;
  const { default: Client } = await import("dockerode");
  const host = dockerHost || defaultDockerHost();
  const where = `at ${host}`;
  // It reads DOCKER_HOST in any case, and throws where there is nonsense in it.
  const client = await askEngine({ where }, LOOKING, async () => new Client(placeOf(host)));
  const { Version, ApiVersion } = await askVersion(client, { where, deadlineMs });
  if (isOlder(ApiVersion, API_MIN)) throw tooOld({ where, Version, ApiVersion });
  return { client, host, where, version: Version, isHere: isHere(host) };
}

/** `doing` begins the error's line. What the engine refuses, and why, follows it. */
export async function askEngine<T>(
  { where }: Pick<Engine, "where">,
  doing: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw sayEngineFailure(error, { doing, where });
  }
}

async function askVersion(
  client: Docker,
  { where, deadlineMs }: { readonly where: string; readonly deadlineMs: number },
): Promise<z.infer<typeof VERSION>> {
  const answer: unknown = await askEngine({ where }, LOOKING, () =>
    Promise.race([client.version(), failAfter(deadlineMs)]),
  );
  const parsed = VERSION.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new OperatorError("runtime", `${LOOKING} ${where}: the answer is not Docker's`, {
    hint: "DOCKER_HOST must name a Docker engine",
  });
}

function isHere(host: string): boolean {
  if (/^(unix|npipe):/.test(host)) return true;
  const { hostname } = urlOf(host) ?? {};
  return hostname !== undefined && /^(localhost|127\.[0-9.]+|\[::1\])$/.test(hostname);
}

async function failAfter(deadlineMs: number): Promise<never> {
  await Bun.sleep(deadlineMs);
  throw new EngineSilence(`no answer in ${deadlineMs} ms`);
}

/** Of what DOCKER_HOST does not say, certificates among it, dockerode asks the environment. */
function placeOf(host: string): DockerOptions {
  const url = urlOf(host);
  if (url?.protocol === "unix:" && url.pathname !== "") {
    return { host: undefined, socketPath: url.pathname };
  }
  const isNamed = url !== null && url.hostname !== "";
  if (isNamed && (url.protocol === "tcp:" || url.protocol === "http:")) {
    return { host: url.hostname, port: url.port === "" ? 2375 : Number(url.port) };
  }
  if (isNamed && url.protocol === "ssh:") throw noSsh(host, url);
  if (url !== null && ["https:", "npipe:"].includes(url.protocol)) return {};
  throw new OperatorError("usage", `DOCKER_HOST "${host}": names no docker engine`, {
    hint: ENGINE_FORMS,
  });
}

/** The package's own way through ssh looks at no host's key. */
function noSsh(host: string, { username, hostname, port }: URL): OperatorError {
  const login = `${port === "" ? "" : `-p ${port} `}${username === "" ? "" : `${username}@`}`;
  const forward = `ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock ${login}${hostname}`;
  return new OperatorError("usage", `DOCKER_HOST "${host}": no engine is asked through ssh`, {
    hint: `run operator on that host; or \`${forward}\` and DOCKER_HOST=unix:///tmp/engine.sock`,
  });
}

/** `host:2375` alone is what people write, too; a path is none. */
function urlOf(host: string): URL | null {
  if (host.includes("://")) return URL.parse(host);
  return host.includes("/") ? null : URL.parse(`tcp://${host}`);
}

/** As versions: 1.9 is older than 1.40. */
function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, "en", { numeric: true }) < 0;
}

function tooOld(found: {
  readonly where: string;
  readonly Version: string;
  readonly ApiVersion: string;
}): OperatorError {
  const { where, Version, ApiVersion } = found;
  const message = `docker engine ${Version} ${where} speaks API ${ApiVersion}: too old`;
  return new OperatorError("runtime", message, {
    hint: `update it to 19.03 or later (API ${API_MIN}), or name another with DOCKER_HOST`,
  });
}
