// The shell that an agent's commands run in: of our environment what they need, no secrets, and on
// their PATH `operator`, which is this very executable.
import { existsSync, realpathSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { ENDPOINTS } from "../../subjects/index.ts";
import type { CommandKnowledge, SubjectNames } from "../agent/guard/scope.ts";
import type { Shell } from "../domain/shell.ts";
import { createShell, type Sandbox } from "../infra/exec.ts";
import { EXECUTABLE, withFileErrors, writeFileAtomically } from "../infra/files.ts";
import { quoteWord } from "../infra/shell-word.ts";
import { defaultDockerHost, hostWithoutName } from "../runtimes/docker/default-host.ts";
import { type FoundSandbox, findSandbox } from "./agent-sandbox.ts";
import type { CommandContext } from "./context.ts";
import { BROKER_ENV, brokerOf, DATABASE_ENV, databaseOf, homeOf, textFlag } from "./flags.ts";
import { passwordsIn, secretsOf } from "./known-secrets.ts";
import { ENGINE_WAIT_ENV } from "./open-runtime.ts";
import { endpointsOf } from "./open-subject.ts";
import { policyFileOf } from "./policy-file.ts";
import { holdsSecret, secretFilesOf } from "./secret-names.ts";

type Environment = CommandContext["env"];

/** What programs need to run and to find what they ask; what else we were given is ours. */
const NEEDED: readonly string[] = [
  ...["PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TERM", "TMPDIR"],
  ...["XDG_RUNTIME_DIR", ...ENDPOINTS.map(({ variable }) => variable)],
  // Not its context, which would lead to another engine than the one that members are on.
  ...["DOCKER_HOST", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONFIG"],
  ...["DOCKER_API_VERSION", "DOCKER_DEFAULT_PLATFORM"],
  ...["OPERATOR_DOCKER_GID", "OPERATOR_DOCKER_SOCKET", "OPERATOR_FAIL_POINT", "OPERATOR_INTERVAL"],
  ...["OPERATOR_PROJECT", "OPERATOR_SAFETY_MODE", "OPERATOR_SANDBOX", "OPERATOR_SUBJECT"],
  ...["OPERATOR_TIMEOUT_MS", "OPERATOR_TIME_SCALE"],
];
/** Of a person's own making: what runs a member, where it is reached, how text is written. */
const NEEDED_FAMILY =
  /^(?:OPERATOR_(?:IMAGE|PORT)_|LC_(?:ALL|COLLATE|CTYPE|MESSAGES|MONETARY|NUMERIC|TIME)$)/;

/** Values that must appear in nothing that leaves the process: of the environment, and typed. */
export function secretsFor(context: CommandContext): readonly string[] {
  const typed = endpointsOf(context, ENDPOINTS).flatMap(passwordsIn);
  return [...new Set([...secretsOf(context.env), ...typed])];
}

/** The endpoints that a password came with: `operator` needs it, and no other command gets it. */
export function endpointsWithPassword(context: CommandContext): Environment {
  const named = Object.entries(namedEndpoints(context));
  return Object.fromEntries(named.filter(([, urls]) => passwordsIn(urls ?? "").length > 0));
}

function withoutPasswords(value: string): string {
  if (passwordsIn(value).length === 0) return value;
  const urls = value.split(",").map((one) => {
    const url = URL.parse(one.trim());
    if (!url?.password) return one;
    url.username = "";
    url.password = "";
    return url.href;
  });
  return urls.join(",");
}

/** Programs look for files of theirs where they are, and the temporary directory is everybody's. */
const CHANGES_IN = "/";

/** Writes <home>/bin/operator. Rejects with code "runtime" when it cannot. */
export async function openAgentShell(
  context: CommandContext,
  sandbox: Sandbox | undefined,
): Promise<Shell> {
  const folder = join(homeOf(context), "bin");
  await withFileErrors("preparing the agent's shell", () => writeShim(folder, context.self));
  const env = shellEnv(context, folder);
  const folders = { cwd: tmpdir(), changesIn: CHANGES_IN };
  const ownEnv = endpointsWithPassword(context);
  return createShell({ env, ownEnv, ...folders, clock: context.clock, sandbox });
}

/** Throws as `findSandbox` does. */
export function findShellSandbox(context: CommandContext): Promise<FoundSandbox> {
  const env = shellEnv(context, join(homeOf(context), "bin"));
  const knowledge = shellKnowledge(context);
  const ownEnv = endpointsWithPassword(context);
  return findSandbox(context, { env, ownEnv, cwd: tmpdir(), knowledge });
}

/** What the guard needs to know of this machine, once the subject's names are known. */
export function shellKnowledge(
  context: CommandContext,
  sandbox?: Sandbox,
): (names: SubjectNames) => CommandKnowledge {
  const { HOME } = context.env;
  const home = resolve(homeOf(context));
  const isPolicyNamed = textFlag(context.flags, "policy") !== undefined;
  const policy = isPolicyNamed ? [policyFileOf(context)] : [];
  const secret = secretFilesOf(context.env);
  const ours = [home, resolve(databaseOf(context)), ...policy, ...secret];
  const named = endpointsOf(context, ENDPOINTS).flatMap((url) => URL.parse(url)?.host ?? []);
  // Beside a broker we are in the members' network, where each is called by its name.
  const isAmongMembers = brokerOf(context) !== undefined;
  const ofMachine = {
    protectedPaths: [...new Set([...ours, ...ours.map(realPathOf)])],
    cwd: tmpdir(),
    isUnheld: sandbox === undefined,
    rootsEngine: hostWithoutName("/root"),
    variables: { OPERATOR_HOME: home, ...(HOME && { HOME }), ...namedEngine(context) },
  };
  return (names) => {
    const readHosts = isAmongMembers ? [...named, ...names.members] : named;
    return { ...ofMachine, ...names, readHosts };
  };
}

/** What the path leads to through links, as far as it exists. */
function realPathOf(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(realPathOf(parent), basename(path));
}

/** Where `ip` and `sysctl` are, which the PATH of people may not name. */
const OF_SYSTEM: readonly string[] = ["/usr/sbin", "/sbin"];

function shellEnv(context: CommandContext, folder: string): Environment {
  const isNeeded = (name: string) => NEEDED.includes(name) || NEEDED_FAMILY.test(name);
  const passedOn = Object.entries(context.env).filter(
    ([name]) => isNeeded(name) && !holdsSecret(name),
  );
  const given = Object.entries({
    ...Object.fromEntries(passedOn),
    ...namedEndpoints(context),
    ...namedBroker(context),
    ...namedEngine(context),
  });
  return {
    ...Object.fromEntries(given.map(([name, value]) => [name, withoutPasswords(value ?? "")])),
    PATH: [folder, ...foldersIn(context.env.PATH)].join(delimiter),
    OPERATOR_HOME: resolve(homeOf(context)),
    [DATABASE_ENV]: resolve(databaseOf(context)),
    NO_COLOR: "1",
    [ENGINE_WAIT_ENV]: "1",
  };
}

/** Another is below wherever a command happens to be. */
function foldersIn(path = ""): readonly string[] {
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
  return [...folders, ...OF_SYSTEM.filter((folder) => !folders.includes(folder))];
}

/** As typed, or in our environment: the model's own operator commands look at the same subject. */
function namedEndpoints(context: CommandContext): Environment {
  const named = ENDPOINTS.map((plan) => [plan.variable, endpointsOf(context, [plan])] as const);
  const given = named.filter(([, urls]) => urls.length > 0);
  return Object.fromEntries(given.map(([variable, urls]) => [variable, urls.join(",")]));
}

/** The one that operator asks itself, whatever docker's own settings say. */
function namedEngine({ env }: CommandContext): { readonly DOCKER_HOST: string } {
  return { DOCKER_HOST: env.DOCKER_HOST || defaultDockerHost() };
}

function namedBroker(context: CommandContext): Environment {
  const broker = brokerOf(context);
  return broker === undefined ? {} : { [BROKER_ENV]: resolve(broker) };
}

/** Moved into place, so that another agent never runs half of it. */
async function writeShim(folder: string, self: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const text = `#!/bin/sh\nexec ${self.map(quoteWord).join(" ")} "$@"\n`;
  await writeFileAtomically(join(folder, "operator"), text, EXECUTABLE);
}
