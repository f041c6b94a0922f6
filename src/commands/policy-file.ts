// Where a person's policy is: the file that was named, or policy.yaml in OPERATOR_HOME; and how an
// agent that runs for months follows it.
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { loadSubject, SUBJECT_NAMES } from "../../subjects/index.ts";
import { NO_POLICY, type Policy, type PolicyRule } from "../agent/guard/policy.ts";
import { readPolicy } from "../agent/guard/read-policy.ts";
import type { SubjectNames } from "../agent/guard/scope.ts";
import { messageOf } from "../domain/errors.ts";
import type { Topology } from "../domain/subject.ts";
import { systemClock } from "../infra/clock.ts";
import { hasCode } from "../infra/files.ts";
import type { CommandContext } from "./context.ts";
import { homeOf, textFlag, usage } from "./flags.ts";

type Asked = Pick<CommandContext, "flags" | "env">;

export interface FoundPolicy {
  readonly policy: Policy;
  /** Null when there is none. */
  readonly file: string | null;
}

/** Absolute, whether it exists or not. */
export function policyFileOf(context: Asked): string {
  return resolve(textFlag(context.flags, "policy") ?? join(homeOf(context), "policy.yaml"));
}

/**
 * Rejects with code "usage" for a wrong one, for one that was named and is not there, and for one
 * that cannot be read: nobody should work without rules that were meant to hold.
 */
export async function loadPolicy(context: Asked): Promise<FoundPolicy> {
  const file = policyFileOf(context);
  const isNamed = textFlag(context.flags, "policy") !== undefined;
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (!isNamed && (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR"))) return undefined;
    throw usage(`reading the policy ${file}: ${messageOf(error)}`);
  });
  if (text === undefined) return { policy: NO_POLICY, file: null };
  const policy = readPolicy(text, file);
  for (const rule of policy.rules) await checkNames(rule, file);
  return { policy, file };
}

/** A slip of the pen would be a rule that never speaks. Members are known where they run. */
async function checkNames(
  { name, subjects = SUBJECT_NAMES, actions = [] }: PolicyRule,
  file: string,
): Promise<void> {
  const wrong = (what: string, valid: readonly string[]) =>
    usage(`reading the policy ${file}: "${name}" names ${what}: one of ${valid.join(", ")}`);
  const stranger = subjects.find((subject) => !SUBJECT_NAMES.includes(subject));
  if (stranger !== undefined) throw wrong(`the subject ${stranger}`, SUBJECT_NAMES);
  if (actions.length === 0) return;
  const known = (await Promise.all(subjects.map(actionsOf))).flat();
  const unknown = actions.find((action) => !known.includes(action));
  if (unknown !== undefined) throw wrong(`the action ${unknown}`, [...new Set(known)]);
}

export interface Stranger {
  readonly rule: string;
  readonly member: string;
}

/**
 * Names that no rule about this subject can meet: slips of the pen, perhaps. A rule for all
 * subjects may mean what others declare.
 */
export async function strangersIn(
  { rules }: Policy,
  { subject, members }: Pick<SubjectNames, "subject" | "members">,
): Promise<readonly Stranger[]> {
  const others = await Promise.all(SUBJECT_NAMES.map(loadSubject));
  const declared = others.flatMap(({ local }) => local.members.map(({ name }) => name));
  return rules.flatMap(({ name, subjects, members: meant = [] }) => {
    if (subjects?.includes(subject) === false) return [];
    const known = subjects ? members : [...members, ...declared];
    const strangers = meant.filter((member) => !known.includes(member));
    return strangers.map((member) => ({ rule: name, member }));
  });
}

export interface Naming {
  readonly policy: () => Promise<Policy>;
  readonly print: (line: string) => void;
}

/** Says them of a subject whose members are declared, each once, to whom asks for it again. */
export function sayStrangers({ policy, print }: Naming): (topology: Topology) => Promise<void> {
  const said = new Set<string>();
  return async ({ subject, members }) => {
    if (members.length === 0) return;
    const names = members.map(({ name }) => name);
    const strangers = await strangersIn(await policy(), { subject, members: names });
    for (const { rule, member } of strangers) {
      const line = `[Policy] "${rule}" names ${member}, which is no member of ${subject}`;
      if (!said.has(line)) print(line);
      said.add(line);
    }
  };
}

/** What they are called depends on nothing that runs. */
async function actionsOf(subject: string): Promise<readonly string[]> {
  const topology = { subject, timeScale: 1, members: [], endpoints: [] };
  const definition = await loadSubject(subject);
  const { actions } = definition.open({ topology, runtime: undefined, clock: systemClock });
  return actions.map(({ name }) => name);
}

export interface Following {
  readonly context: Asked;
  /** As it was at the start. */
  readonly found: FoundPolicy;
  /** One line at each change. */
  readonly print: (line: string) => void;
}

/**
 * Gives the policy as the file has it at each call, read anew when the file has changed. Of one
 * that is wrong by now, or gone, it gives what held last, with the trouble: then nothing may be
 * changed.
 */
export function followPolicy({ context, found, print }: Following): () => Promise<Policy> {
  const file = policyFileOf(context);
  let known = found.policy;
  let wasThere = found.file !== null;
  let seen: string | undefined;
  return async () => {
    const now = await fingerprintOf(file);
    if (now === seen) return known;
    const isFirst = seen === undefined;
    seen = now;
    const read = await loadPolicy(context).catch((error: unknown) => messageOf(error));
    const trouble = troubleOf(read, { file, wasThere });
    if (typeof read === "string" || trouble !== undefined) {
      known = { ...known, trouble: trouble ?? "" };
      print(`[Policy] ${trouble}: nothing is changed until it can be read`);
      return known;
    }
    wasThere ||= read.file !== null;
    known = read.policy;
    if (!isFirst) print(`[Policy] read anew from ${file}: ${known.rules.length} rules`);
    return known;
  };
}

function troubleOf(
  read: FoundPolicy | string,
  { file, wasThere }: { readonly file: string; readonly wasThere: boolean },
): string | undefined {
  if (typeof read === "string") return read;
  return read.file === null && wasThere ? `the policy ${file} is gone` : undefined;
}

/** The same as long as nobody wrote to it; "none" where there is none. */
async function fingerprintOf(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found ? [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(" ") : "none";
}
