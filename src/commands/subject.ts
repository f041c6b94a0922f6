// operator subject: brings a subject up and down on this machine, and handles its members by name.
import { loadSubject } from "../../subjects/index.ts";
import { MEMBER_OPERATIONS, type MemberOperation, type Runtime } from "../domain/runtime.ts";
import type { SubjectDefinition } from "../domain/subject.ts";
import { plainJson, plainLine } from "../panels/plain-text.ts";
import { notUp } from "../runtimes/local/member.ts";
import { type OpenedRuntime, takeDown } from "../runtimes/open.ts";
import { type CommandContext, type ExitCode, exitCodeOfSignal } from "./context.ts";
import { brokerOf, chooseFrom, homeOf, isFlagSet, numberFlag, usage } from "./flags.ts";
import { openRuntimeOf } from "./open-runtime.ts";
import { jsonOfMember, jsonOfStatus, memberLine, memberTable } from "./subject-table.ts";
import { bringSubjectUp } from "./subject-up.ts";

const VERBS = ["up", "down", "status", "logs", ...MEMBER_OPERATIONS] as const;
const LOG_LINES = 40;
const LOG_LINES_MAX = 10_000;

/** What was typed: the verb is known already. */
interface SubjectCall {
  readonly context: CommandContext;
  readonly definition: SubjectDefinition;
  readonly member: string | undefined;
}

/** `load` finds the definition by name; it rejects with the valid names. */
export async function runSubject(context: CommandContext, load = loadSubject): Promise<ExitCode> {
  const [verbWord, subjectWord, member, ...surplus] = context.words;
  if (verbWord === undefined) throw usage(`subject needs a verb: one of ${VERBS.join(", ")}`);
  const verb = chooseFrom(verbWord, VERBS, "verb");
  if (subjectWord === undefined) {
    throw usage(`subject ${verb} needs a subject`, `operator subject ${verb} tikv`);
  }
  if (surplus.length > 0) throw usage(`subject ${verb}: one member at a time`);
  return run(verb, { context, definition: await load(subjectWord), member });
}

function run(verb: (typeof VERBS)[number], call: SubjectCall): Promise<ExitCode> {
  switch (verb) {
    case "up":
      checkNoMember(verb, call);
      checkNoBroker(verb, call);
      return bringSubjectUp(call.context, call.definition);
    case "down":
      checkNoMember(verb, call);
      checkNoBroker(verb, call);
      return endSubject(call);
    case "status":
      checkNoMember(verb, call);
      return showStatus(call);
    case "logs":
      return showLogs(call);
    default:
      return operate(verb, call);
  }
}

/** Whole subjects are brought up and down where their engine is. */
function checkNoBroker(verb: string, { context }: SubjectCall): void {
  const broker = brokerOf(context);
  if (broker === undefined) return;
  throw usage(
    `subject ${verb} is not offered by the broker at ${broker}: only members are`,
    `${MEMBER_OPERATIONS.filter((operation) => operation !== "kill").join(", ")}, status, logs`,
  );
}

/** `down tikv tikv1` is not the end of a whole cluster. */
function checkNoMember(verb: string, { definition, member }: SubjectCall): void {
  if (member === undefined) return;
  const { name } = definition;
  throw usage(
    `subject ${verb} is about the whole subject, not about "${member}"`,
    `operator subject ${verb} ${name}; for one member: ${MEMBER_OPERATIONS.join(", ")}, logs`,
  );
}

async function endSubject({ context, definition }: SubjectCall): Promise<ExitCode> {
  const { name, savesAtEnd = {} } = definition;
  const { clock, print, flags } = context;
  const keepData = isFlagSet(flags, "keepData");
  const wasThere = await takeDown({
    subject: name,
    home: homeOf(context),
    clock,
    keepData,
    savesAtEnd,
  });
  const kept = keepData ? "; its data is kept" : "";
  if (isFlagSet(flags, "json")) print(plainJson({ subject: name, was_up: wasThere }));
  else print(wasThere ? `${name} is down${kept}` : `${name} is not up`);
  return 0;
}

/** Exit 0 when all members run, 3 otherwise. */
async function showStatus(call: SubjectCall): Promise<ExitCode> {
  const { print, flags } = call.context;
  const { name } = call.definition;
  const opened = await open(call);
  const topology = opened?.topology;
  const members = (await opened?.runtime.members()) ?? [];
  if (isFlagSet(flags, "json")) {
    print(plainJson(jsonOfStatus({ subject: name, topology, members })));
  } else if (!topology) {
    print(`${name} is not up`);
  } else {
    for (const line of memberTable(topology, members)) print(line);
  }
  return opened && members.every(({ state }) => state === "running") ? 0 : 3;
}

/** One member's log, or the last lines of every one, each behind its name. */
async function showLogs(call: SubjectCall): Promise<ExitCode> {
  const { print, flags } = call.context;
  const lines = numberFlag(flags, "lines", { min: 1, max: LOG_LINES_MAX }) ?? LOG_LINES;
  const { runtime } = await openOrThrow(call);
  const names = call.member === undefined ? await namesOf(runtime) : [call.member];
  if (isFlagSet(flags, "follow")) return followLogs(call, { runtime, names, lines });
  for (const name of names) {
    const log = await runtime.logs(name, { lines });
    const shown = log === "" ? [] : log.split("\n");
    if (isFlagSet(flags, "json")) print(plainJson({ member: name, lines: shown }));
    else for (const line of shown) print(logLine(call.context, { name, names, line }));
  }
  return 0;
}

interface LogLine {
  readonly name: string;
  readonly names: readonly string[];
  readonly line: string;
}

/** As it was written, but for a terminal, which would obey it. */
function logLine({ isTerminal }: CommandContext, { name, names, line }: LogLine): string {
  const shown = isTerminal ? plainLine(line) : line;
  return names.length > 1 ? `${name} | ${shown}` : shown;
}

interface Followed {
  readonly runtime: Runtime;
  readonly names: readonly string[];
  readonly lines: number;
}

/** Until those members have ended, or a signal. */
async function followLogs(
  { context }: SubjectCall,
  { runtime, names, lines }: Followed,
): Promise<ExitCode> {
  const { signal, printOrLose: say, flags } = context;
  const { followLog } = runtime;
  if (!followLog) throw usage("logs --follow is not offered by a broker", "--lines 100");
  const isJson = isFlagSet(flags, "json");
  const follow = (name: string) =>
    followLog(name, {
      lines,
      signal,
      onLine: (line) => {
        if (isJson) say(plainJson({ member: name, line }));
        else say(logLine(context, { name, names, line }));
      },
    });
  await Promise.all(names.map(follow));
  return exitCodeOfSignal(signal);
}

async function operate(operation: MemberOperation, call: SubjectCall): Promise<ExitCode> {
  const { context, definition, member } = call;
  const { runtime } = await openOrThrow(call);
  if (member === undefined) {
    const valid = (await namesOf(runtime)).join(", ");
    throw usage(`subject ${operation} ${definition.name} needs a member: one of ${valid}`);
  }
  const status = await runtime.operate(member, operation, context.signal);
  const isJson = isFlagSet(context.flags, "json");
  context.print(isJson ? plainJson(jsonOfMember(status)) : memberLine(status));
  return 0;
}

function open({ context, definition }: SubjectCall): ReturnType<typeof openRuntimeOf> {
  return openRuntimeOf(context, { definition, endpoints: [] });
}

async function openOrThrow(call: SubjectCall): Promise<OpenedRuntime> {
  const opened = await open(call);
  if (opened) return opened;
  throw notUp(call.definition.name);
}

async function namesOf(runtime: Runtime): Promise<readonly string[]> {
  return (await runtime.members()).map(({ name }) => name);
}
