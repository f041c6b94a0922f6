// operator doctor: what is here, and what each missing thing costs. Reads only; exit 3 when
// something that operator cannot do without is broken.
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { version } from "../../package.json";
import { OperatorError } from "../domain/errors.ts";
import { plainJson } from "../panels/plain-text.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { type BoundInForce, examineShell } from "./doctor-shell.ts";
import { brokerOf, databaseOf, homeOf, isFlagSet } from "./flags.ts";
import { isDatabaseMissing, openStore } from "./open-store.ts";

/** `missing` costs something; `broken` must be mended first. */
export interface Finding {
  readonly name: string;
  readonly state: "here" | "missing" | "broken";
  readonly detail: string;
  /** Of a command of an agent; with the finding about them alone. */
  readonly bounds?: readonly BoundInForce[];
}

const MARKS: Readonly<Record<Finding["state"], string>> = {
  here: "ok     ",
  missing: "missing",
  broken: "broken ",
};

export async function runDoctor(context: CommandContext): Promise<ExitCode> {
  const examined = await Promise.all([
    examineExecutable(context),
    examineHome(context),
    examineDatabase(context),
    examineKey(context),
    examineDocker(context),
    ...examineBroker(context),
    examineRedis(),
    examineTikv(),
    examineShell(context),
    examineSystem(),
  ]);
  const findings = examined.flat();
  if (isFlagSet(context.flags, "json")) context.print(plainJson(findings));
  else for (const finding of findings) context.print(lineOf(finding));
  return findings.some(({ state }) => state === "broken") ? 3 : 0;
}

function lineOf({ name, state, detail }: Finding): string {
  return `${MARKS[state]}  ${name.padEnd(12)}  ${detail}`;
}

async function examineExecutable({ self }: CommandContext): Promise<Finding> {
  const detail = `operator ${version}, ${self.join(" ")}`;
  return { name: "executable", state: "here", detail };
}

async function examineHome(context: CommandContext): Promise<Finding> {
  const home = homeOf(context);
  const name = "home";
  if (await isWritable(home)) return { name, state: "here", detail: home };
  if (await firstExisting(dirname(home)).then(isWritable)) {
    return { name, state: "here", detail: `${home}, made on first use` };
  }
  return { name, state: "broken", detail: `${home} cannot be written; set OPERATOR_HOME` };
}

/** The nearest directory above that exists: `/` at the latest. */
async function firstExisting(path: string): Promise<string> {
  const isThere = await exists(path);
  return isThere || path === dirname(path) ? path : firstExisting(dirname(path));
}

async function examineDatabase(context: CommandContext): Promise<Finding> {
  const path = databaseOf(context);
  const name = "database";
  if (isDatabaseMissing(context)) {
    return { name, state: "here", detail: `${path}, made on first use` };
  }
  try {
    using store = await openStore(context);
    const live = await store.listTickets({ states: ["open", "claimed", "verifying"], limit: 1000 });
    return { name, state: "here", detail: `${path}, ${live.length} ticket(s) in work` };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { name, state: "broken", detail: error.message };
  }
}

async function examineKey({ env }: CommandContext): Promise<Finding> {
  const name = "model key";
  if (env.ANTHROPIC_API_KEY) {
    return { name, state: "here", detail: "ANTHROPIC_API_KEY is set: Claude answers" };
  }
  const answers = "the runbook model answers; it knows the listed faults only";
  const detail = `no ANTHROPIC_API_KEY is set: ${answers}`;
  return { name, state: "missing", detail };
}

async function examineDocker({ env }: CommandContext): Promise<Finding> {
  const { describeDockerEngine } = await import("../runtimes/docker/describe-engine.ts");
  const engine = await describeDockerEngine(env.DOCKER_HOST);
  const name = "docker";
  if (engine.state === "available") {
    const detail = `engine ${engine.version}, for \`subject up --runtime docker\``;
    return { name, state: "here", detail };
  }
  const detail = `${withRemedy(engine)}; the demo does not need it`;
  return { name, state: "missing", detail };
}

/** Only where one was named: nobody else needs one. */
function examineBroker(context: CommandContext): readonly Promise<Finding>[] {
  const socket = brokerOf(context);
  return socket === undefined ? [] : [askBrokerAt(socket)];
}

async function askBrokerAt(socket: string): Promise<Finding> {
  const { describeBroker } = await import("../runtimes/broker/describe.ts");
  const name = "broker";
  const found = await describeBroker(socket);
  if (found.state === "absent") return { name, state: "broken", detail: withRemedy(found) };
  const detail = `${socket} serves ${found.members} member(s) of ${found.subject}`;
  return { name, state: "here", detail };
}

interface Absence {
  readonly reason: string;
  readonly remedy: string | undefined;
}

function withRemedy({ reason, remedy }: Absence): string {
  return remedy === undefined ? reason : `${reason}; ${remedy}`;
}

async function examineRedis(): Promise<Finding> {
  const found = Bun.which("redis-server") ?? Bun.which("valkey-server");
  const name = "redis";
  if (found) return { name, state: "here", detail: `${found}: the rate limiter runs on it` };
  const detail = "no redis-server or valkey-server: a stand-in answers in the rate limiter";
  return { name, state: "missing", detail };
}

async function examineTikv(): Promise<Finding> {
  const found = [Bun.which("pd-server"), Bun.which("tikv-server")].filter((path) => path !== null);
  const name = "tikv";
  if (found.length === 2) {
    const detail = `${found.join(", ")}; \`subject up\` still starts stand-ins`;
    return { name, state: "here", detail };
  }
  const detail = "no pd-server and tikv-server: stand-ins of our own answer in their place";
  return { name, state: "missing", detail };
}

async function examineSystem(): Promise<Finding> {
  const name = "system";
  const detail = `${process.platform} ${process.arch}`;
  if (process.platform === "linux" || process.platform === "darwin") {
    return { name, state: "here", detail };
  }
  const cost = "members cannot run here; watch a cluster that runs elsewhere with --pd";
  return { name, state: "missing", detail: `${detail}: ${cost}` };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}
