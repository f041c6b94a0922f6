// The programs of the limiter by command lines of their own: in containers, or started by hand.
// Whoever starts them says where everything is; ports are on loopback unless told otherwise.
//   limiter-node  --name=node1 --data-dir=DIR --redis=HOST:PORT [--listen=HOST:PORT]
//                 [--manage=HOST:PORT] [--url=URL]
//   limiter-proxy --data-dir=DIR --redis=HOST:PORT --links=node1=HOST:PORT,node2=HOST:PORT
//                 [--control=HOST:PORT]
//   limiter-jobs  --data-dir=DIR --redis=HOST:PORT [--control=HOST:PORT]
// The token is in the environment or in the file that --token-file names.
import { mkdir } from "node:fs/promises";
import { OperatorError } from "../../src/domain/errors.ts";
import type { RunProgramOptions } from "../../src/domain/subject.ts";
import { readFileIfThere } from "../../src/infra/files.ts";
import { readFlags } from "../../src/infra/program-flags.ts";
import { type Address, LOOPBACK, parseAddress } from "./address.ts";
import { TOKEN_VARIABLE } from "./member-plan.ts";

/** Of a Redis that asks for them; only nodes are let in by them. */
const REDIS_USERNAME_ENV = "REDIS_USERNAME";
const REDIS_PASSWORD_ENV = "REDIS_PASSWORD";

const API_PORT = 8_080;
const CONTROL_PORT = 8_081;

const PROGRAMS: Readonly<Record<string, (options: RunProgramOptions) => Promise<number>>> = {
  "limiter-node": runNode,
  "limiter-proxy": runProxyProgram,
  "limiter-jobs": runJobsProgram,
};

/** Until the signal aborts. Rejects with code "usage" for a program or a flag that there is not. */
export async function runLimiterProgram(options: RunProgramOptions): Promise<number> {
  const { program, clock } = options;
  const run = Object.hasOwn(PROGRAMS, program) ? PROGRAMS[program] : undefined;
  if (!run) {
    const valid = Object.keys(PROGRAMS).join(", ");
    throw new OperatorError("usage", `no program "${program}": one of ${valid}`);
  }
  const log = (line: string) => options.log(`${new Date(clock.now()).toISOString()} ${line}`);
  return run({ ...options, log });
}

const SHARED_FLAGS = { "data-dir": "", redis: "", "token-file": "" } as const;
const NODE_FLAGS = { ...SHARED_FLAGS, name: "", listen: "", manage: "", url: "" } as const;
const PROXY_FLAGS = { ...SHARED_FLAGS, links: "", control: "" } as const;
const JOBS_FLAGS = { ...SHARED_FLAGS, control: "" } as const;

async function runNode(options: RunProgramOptions): Promise<number> {
  const { env, clock, signal, log } = options;
  const flags = readFlags(options.words, NODE_FLAGS);
  const api = addressOr(flags.listen, API_PORT);
  const manage = addressOr(flags.manage, CONTROL_PORT);
  const { redis, ...shared } = await readShared(options, flags);
  const { runLimiterNode } = await import("./service/main.ts");
  return runLimiterNode({
    ...shared,
    name: needed(options, "name", flags.name),
    host: api.host,
    apiPort: api.port,
    manageHost: manage.host,
    managePort: manage.port,
    ...(flags.url === undefined ? {} : { url: flags.url }),
    redis: { ...redis, ...credentialsIn(env) },
    clock,
    signal,
    log,
  });
}

async function runProxyProgram(options: RunProgramOptions): Promise<number> {
  const flags = readFlags(options.words, PROXY_FLAGS);
  const control = addressOr(flags.control, CONTROL_PORT);
  const links = parseLinks(needed(options, "links", flags.links));
  const shared = await readShared(options, flags);
  const { runProxy } = await import("./proxy/main.ts");
  return runProxy({ ...options, ...shared, name: "proxy", control, links });
}

async function runJobsProgram(options: RunProgramOptions): Promise<number> {
  const flags = readFlags(options.words, JOBS_FLAGS);
  const control = addressOr(flags.control, CONTROL_PORT);
  const shared = await readShared(options, flags);
  const { runJobs } = await import("./jobs/main.ts");
  return runJobs({ ...options, ...shared, name: "jobs", control });
}

interface Shared {
  readonly dataDir: string;
  readonly redis: Address;
  readonly token: string;
}

/** The directory is made when it is missing. */
async function readShared(
  options: RunProgramOptions,
  flags: Readonly<Partial<Record<keyof typeof SHARED_FLAGS, string>>>,
): Promise<Shared> {
  const dataDir = needed(options, "data-dir", flags["data-dir"]);
  const redis = parseAddress(needed(options, "redis", flags.redis));
  const token = await readToken(options, flags["token-file"]);
  await mkdir(dataDir, { recursive: true });
  return { dataDir, redis, token };
}

async function readToken(
  { program, env }: RunProgramOptions,
  file: string | undefined,
): Promise<string> {
  const text = file === undefined ? env[TOKEN_VARIABLE] : await readFileIfThere(file);
  const token = text?.trim() ?? "";
  if (token !== "") return token;
  const where = file === undefined ? `no ${TOKEN_VARIABLE} is set` : `nothing is in ${file}`;
  throw new OperatorError("usage", `${program} needs a token for its callers: ${where}`, {
    hint: `set ${TOKEN_VARIABLE} to a long random text, or name a file with --token-file`,
  });
}

function needed({ program }: RunProgramOptions, flag: string, value: string | undefined): string {
  if (value !== undefined && value !== "") return value;
  throw new OperatorError("usage", `${program} needs --${flag}`);
}

function addressOr(text: string | undefined, port: number): Address {
  return text === undefined ? { host: LOOPBACK, port } : parseAddress(text);
}

/** `node1=127.0.0.1:6381,node2=127.0.0.1:6382`. */
function parseLinks(text: string): Readonly<Record<string, Address>> {
  const links = text.split(",").map((link) => {
    const [, node, address] = /^([^=]+)=(.+)$/.exec(link) ?? [];
    if (node !== undefined && address !== undefined) return [node, parseAddress(address)] as const;
    throw new OperatorError("usage", `--links "${link}": must be node=host:port`);
  });
  return Object.fromEntries(links);
}

function credentialsIn(env: RunProgramOptions["env"]) {
  const { [REDIS_USERNAME_ENV]: username, [REDIS_PASSWORD_ENV]: password } = env;
  return { ...(username ? { username } : {}), ...(password ? { password } : {}) };
}
