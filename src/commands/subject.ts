// operator subject: brings a subject up and down on this machine, and handles its members by name.
import { loadSubject } from "../../subjects/index.ts";
import { OperatorError } from "../domain/errors.ts";
import { MEMBER_OPERATIONS, type MemberOperation, type Runtime } from "../domain/runtime.ts";
import type { SubjectDefinition } from "../domain/subject.ts";
import { downLocal } from "../runtimes/local/down.ts";
import { openLocalRuntime } from "../runtimes/local/open.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { chooseFrom, homeOf, isFlagSet, numberFlag, usage } from "./flags.ts";
import { jsonOfMember, jsonOfStatus, memberLine, memberTable } from "./subject-table.ts";
import { bringSubjectUp } from "./subject-up.ts";

const VERBS = ["up", "down", "status", "logs", ...MEMBER_OPERATIONS] as const;
const LOG_LINES = 40;
const LOG_LINES_MAX = 10_000;

/** `load` finds the definition by name; it rejects with the valid names. */
export async function runSubject(context: CommandContext, load = loadSubject): Promise<ExitCode> {
  const [verbWord, subjectWord, member] = context.words;
  if (verbWord === undefined) throw usage(`subject needs a verb: one of ${VERBS.join(", ")}`);
  const verb = chooseFrom(verbWord, VERBS, "verb");
  if (subjectWord === undefined) {
    throw usage(`subject ${verb} needs a subject`, `operator subject ${verb} tikv`);
  }
  const definition = await load(subjectWord);
  switch (verb) {
    case "up":
      return bringSubjectUp(context, definition);
    case "down":
      return takeDown(context, definition);
    case "status":
      return showStatus(context, definition);
    case "logs":
      return showLogs(context, definition, member);
    default:
      return operate(context, definition, { operation: verb, member });
  }
}

async function takeDown(context: CommandContext, { name }: SubjectDefinition): Promise<ExitCode> {
  const { clock, print, flags } = context;
  const keepData = isFlagSet(flags, "keepData");
  const wasThere = await downLocal({ subject: name, home: homeOf(context), clock, keepData });
  const kept = keepData ? "; its data is kept" : "";
  if (isFlagSet(flags, "json")) print(JSON.stringify({ subject: name, was_up: wasThere }));
  else print(wasThere ? `${name} is down${kept}` : `${name} is not up`);
  return 0;
}

/** Exit 0 when all members run, 3 otherwise. */
async function showStatus(
  context: CommandContext,
  definition: SubjectDefinition,
): Promise<ExitCode> {
  const { print, flags } = context;
  const opened = await open(context, definition);
  const members = (await opened?.runtime.members()) ?? [];
  if (isFlagSet(flags, "json")) {
    print(JSON.stringify(jsonOfStatus(definition.name, opened?.topology, members)));
  } else if (!opened) {
    print(`${definition.name} is not up`);
  } else {
    for (const line of memberTable(opened.topology, members)) print(line);
  }
  return opened && members.every(({ state }) => state === "running") ? 0 : 3;
}

/** One member's log, or the last lines of every one, each behind its name. */
async function showLogs(
  context: CommandContext,
  definition: SubjectDefinition,
  member: string | undefined,
): Promise<ExitCode> {
  const { print, flags } = context;
  const lines = numberFlag(flags, "lines", { min: 1, max: LOG_LINES_MAX }) ?? LOG_LINES;
  const { runtime } = await openOrThrow(context, definition);
  const names = member === undefined ? await namesOf(runtime) : [member];
  for (const name of names) {
    const log = await runtime.logs(name, { lines });
    const shown = log === "" ? [] : log.split("\n");
    if (isFlagSet(flags, "json")) print(JSON.stringify({ member: name, lines: shown }));
    else for (const line of shown) print(member === undefined ? `${name} | ${line}` : line);
  }
  return 0;
}

async function operate(
  context: CommandContext,
  definition: SubjectDefinition,
  wanted: { readonly operation: MemberOperation; readonly member: string | undefined },
): Promise<ExitCode> {
  const { operation, member } = wanted;
  const { runtime } = await openOrThrow(context, definition);
  if (member === undefined) {
    const valid = (await namesOf(runtime)).join(", ");
    throw usage(`subject ${operation} ${definition.name} needs a member: one of ${valid}`);
  }
  const status = await runtime.operate(member, operation, context.signal);
  const isJson = isFlagSet(context.flags, "json");
  context.print(isJson ? JSON.stringify(jsonOfMember(status)) : memberLine(status));
  return 0;
}

function open(context: CommandContext, definition: SubjectDefinition) {
  const { self, clock } = context;
  return openLocalRuntime({ definition, home: homeOf(context), self, clock });
}

async function openOrThrow(context: CommandContext, definition: SubjectDefinition) {
  const opened = await open(context, definition);
  if (opened) return opened;
  const { name } = definition;
  throw new OperatorError("runtime", `${name} is not up`, { hint: `operator subject up ${name}` });
}

async function namesOf(runtime: Runtime): Promise<readonly string[]> {
  return (await runtime.members()).map(({ name }) => name);
}
