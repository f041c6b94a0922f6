// Whether the commands of an agent that only look run in a sandbox, and what they see there.
import { join, resolve } from "node:path";
import { ENDPOINTS } from "../../subjects/index.ts";
import { classifyCommand } from "../agent/guard/classify-command.ts";
import { type CommandKnowledge, placesOf, type SubjectNames } from "../agent/guard/scope.ts";
import { isMutating } from "../domain/effect.ts";
import { OperatorError } from "../domain/errors.ts";
import type { SubjectPlace } from "../domain/shell.ts";
import type { Sandbox } from "../infra/exec.ts";
import { probeSandbox } from "../infra/sandbox.ts";
import type { Address } from "../infra/sandbox-protocol.ts";
import { quoteWord } from "../infra/shell-word.ts";
import { behindLinks } from "../store/file-beside.ts";
import type { CommandContext } from "./context.ts";
import { brokerOf, choiceFlag, chooseFrom, databaseOf, homeOf } from "./flags.ts";
import { endpointsOf } from "./open-subject.ts";
import { policyFileOf } from "./policy-file.ts";
import { secretFilesOf } from "./secret-names.ts";

export interface ShellOfAgent {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `operator` has besides. */
  readonly ownEnv: ShellOfAgent["env"];
  readonly cwd: string;
  readonly knowledge: (names: SubjectNames) => CommandKnowledge;
}

type WorkingSandbox = Extract<FoundSandbox, { state: "works" }>;

export type FoundSandbox =
  | {
      readonly state: "works";
      readonly sandbox: Sandbox;
      readonly bwrap: string;
      /** It reaches what a person named, and nothing beside it. */
      readonly isNetworkApart: boolean;
      /** Of what a person named something speaks TLS. */
      readonly isSealed: boolean;
    }
  /** A person's choice. */
  | { readonly state: "off" }
  | { readonly state: "absent" }
  | { readonly state: "unusable"; readonly bwrap: string; readonly reason: string };

const CHOICES = ["auto", "require", "off"] as const;
const SANDBOX_ENV = "OPERATOR_SANDBOX";
const PORTS: Readonly<Record<string, number>> = {
  "http:": 80,
  "https:": 443,
  "redis:": 6379,
  "rediss:": 6379,
};
const SEALED = ["https:", "rediss:"];

/** What is typed wins over the environment. Throws code "usage" for another word. */
function choiceOf({ flags, env }: CommandContext): (typeof CHOICES)[number] {
  const typed = choiceFlag(flags, "sandbox", CHOICES);
  const inherited = env[SANDBOX_ENV];
  if (typed !== undefined || !inherited) return typed ?? "auto";
  return chooseFrom(inherited, CHOICES, SANDBOX_ENV);
}

/** Throws code "usage" for a choice that is none. */
export async function findSandbox(
  context: CommandContext,
  shell: ShellOfAgent,
): Promise<FoundSandbox> {
  return choiceOf(context) === "off" ? { state: "off" } : probe(context, shell);
}

/** Undefined where there is none. Throws code "runtime" where a person requires one. */
export function requiredSandbox(context: CommandContext, found: FoundSandbox): Sandbox | undefined {
  if (found.state === "works") return found.sandbox;
  if (!isSandboxRequired(context)) return undefined;
  throw new OperatorError("runtime", `a sandbox is required: ${describeSandbox(found)}`, {
    hint: "install bubblewrap where user namespaces are allowed, or choose --sandbox auto",
  });
}

export function isSandboxRequired(context: CommandContext): boolean {
  return choiceOf(context) === "require";
}

/** What that means for commands that look; for people. */
export function describeSandbox(found: FoundSandbox): string {
  switch (found.state) {
    case "works":
      return (
        `${found.bwrap}: a command that looks sees a read-only file system without homes and ` +
        `keys, reaches ${describeNetwork(found)}, and signals nobody`
      );
    case "off":
      return `switched off: ${BOUNDS_ALONE}`;
    case "absent":
      return `no bwrap on PATH: ${BOUNDS_ALONE}`;
    case "unusable":
      return `${found.bwrap} does not work here (${found.reason}): ${BOUNDS_ALONE}`;
  }
}

function describeNetwork({ isNetworkApart, isSealed }: WorkingSandbox): string {
  if (!isNetworkApart) return WHOLE_NETWORK;
  return isSealed ? `${SUBJECT_ALONE} (what is said in TLS cannot be judged)` : SUBJECT_ALONE;
}

const SUBJECT_ALONE = "the subject's addresses alone and only to read";
const WHOLE_NETWORK = "this machine's network (endpoints are on other machines, and ip is no help)";
const BOUNDS_ALONE =
  "commands have bounds, see what this user sees, and write no files; " +
  "that a look changes nothing is for the guard alone";

async function probe(context: CommandContext, shell: ShellOfAgent): Promise<FoundSandbox> {
  const { self } = context;
  const { env, ownEnv, cwd, knowledge } = shell;
  const bwrap = process.platform === "linux" ? Bun.which("bwrap", { PATH: env.PATH ?? "" }) : null;
  if (bwrap === null) return { state: "absent" };
  const home = resolve(homeOf(context));
  const named = endpointsOf(context, ENDPOINTS).flatMap(addressOf);
  const probed = await probeSandbox({
    ...{ bwrap, self, env, ownEnv, cwd },
    hidden: hiddenFrom(context),
    // Of what operator knows of a subject the members' own files alone: the rest has tokens.
    shown: ({ subject }) => [join(home, "subjects", subject, "members"), join(home, "logs")],
    addresses: ({ topology }) => [...addressesIn(topology), ...named],
    mayAsk: (words, { subject, members, topology }) => {
      const names = { subject, members, ...(topology ? placesOf(topology) : {}) };
      return !isMutating(classifyCommand(words.map(quoteWord).join(" "), knowledge(names)));
    },
  });
  if (probed.state === "unusable") return { ...probed, bwrap };
  const isSealed = named.some((address) => address.isSealed);
  return { ...probed, bwrap, isNetworkApart: probed.isApart(named), isSealed };
}

function hiddenFrom(context: CommandContext): readonly string[] {
  const { HOME, DOCKER_HOST = "" } = context.env;
  const database = resolve(databaseOf(context));
  const broker = brokerOf(context);
  return [
    resolve(homeOf(context)),
    ...(broker === undefined ? [] : [resolve(broker)]),
    ...[...new Set([database, behindLinks(database)])].flatMap((file) => {
      return ["", "-wal", "-shm", ".head"].map((end) => `${file}${end}`);
    }),
    policyFileOf(context),
    ...secretFilesOf(context.env),
    ...(HOME ? [resolve(HOME)] : []),
    ...(DOCKER_HOST.startsWith("unix://") ? [DOCKER_HOST.slice("unix://".length)] : []),
  ];
}

function addressesIn(topology: SubjectPlace["topology"]): readonly Address[] {
  if (!topology) return [];
  const ofMembers = topology.members.flatMap(({ host = "127.0.0.1", ports }) =>
    Object.values(ports).map((port) => ({ host, port })),
  );
  return [...ofMembers, ...topology.endpoints.flatMap(addressOf)];
}

function addressOf(endpoint: string): readonly Address[] {
  const url = URL.parse(endpoint);
  if (!url) return [];
  const port = Number(url.port) || PORTS[url.protocol];
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isSealed = SEALED.includes(url.protocol);
  return port === undefined ? [] : [{ host, port, isSealed }];
}
