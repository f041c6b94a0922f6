// What runbooks are made of, whatever the subject: looking through operator's own reading commands,
// acting, concluding. Each is a part of a generator, to be used with `yield*`.
import { z } from "zod";
import type { JsonObject } from "../domain/json.ts";
import type { Runbook, RunbookResult, RunbookStep, RunbookTicket } from "../domain/runbook.ts";
import { readJsonLine } from "../infra/exact-json.ts";

/** Dated as our members' logs are, or as Redis dates its own; what else is there is not quoted. */
const LOG_LINE = /^(?:\d{4}-\d\d-\d\dT\S+Z|\d+:[CMSX] \d\d \w{3} \d{4}) /;

/** A part of a runbook that comes to a T. */
export type Steps<T> = Generator<RunbookStep, T, RunbookResult>;

type Conclusion = Extract<RunbookStep, { tool: "conclude" }>;

/** How a repair ends; it becomes the conclusion. */
export interface Ending extends Omit<Conclusion, "tool"> {
  /** Who had to be asked could not be: a leader is elected within seconds. */
  readonly isMomentary?: true;
}

export type Repair = (ticket: RunbookTicket) => Steps<Ending>;

/** As the agent tells that an approval is void. Conditions and guard are asked anew each time. */
const OUTDATED = /^refused by the guard: approval #\d+ is void: the state has changed/;
/** Once more would be called a repetition. */
const PROPOSED_MAX = 3;
/** Longer than PD takes to notice that its leader is gone (a lease of 3 s), and to elect one. */
const MOMENT_S = 8;

const memberSchema = z.object({
  name: z.string().regex(/^[\w.-]+$/), // it becomes a word of commands
  role: z.string(),
  state: z.enum(["running", "paused", "stopped"]),
  last_exit: z.string().nullish(),
  disturbances: z.array(z.object({ text: z.string() })).nullish(),
});
const statusSchema = z.object({ members: z.array(memberSchema) });

const verdictSchema = z.object({
  invariant: z.string(),
  entity: z.string(),
  state: z.enum(["holds", "violated", "unknown"]),
  reason: z.string(),
  evidence: z.record(z.string(), z.json()).default({}),
});
const lookSchema = z.object({
  type: z.literal("observation"),
  verdicts: z.array(verdictSchema),
});

export type SeenMember = z.infer<typeof memberSchema>;
export type SeenVerdict = z.infer<typeof verdictSchema>;

/**
 * Repairs, concludes, and when the monitor refuses repairs once more, from a fresh look. What is
 * refused twice is for a person.
 */
export function tryTwice(repair: Repair): Runbook {
  return function* (ticket) {
    const first = yield* waitAMoment(ticket, repair);
    const refusal = yield concludeWith(first);
    if (first.outcome === "cannot_fix") return;
    const second = withFirst(yield* waitAMoment(ticket, repair), first);
    const again = yield concludeWith(second);
    if (second.outcome === "cannot_fix") return;
    yield {
      tool: "conclude",
      ...cannotFix({
        rootCause: second.rootCause,
        summary: `Twice concluded, twice refused: ${lineOf(refusal.text)}; ${lineOf(again.text)}`,
      }),
    };
  };
}

/** Once, and then from a fresh look: what fails for longer is for a person. */
function* waitAMoment(ticket: RunbookTicket, repair: Repair): Steps<Ending> {
  const before = yield* repair(ticket);
  if (!before.isMomentary) return before;
  yield {
    tool: "shell",
    thought: "Whoever must be asked may be away for a moment: I wait for them.",
    command: `sleep ${MOMENT_S}`,
    reason: "let a leader be elected, or a member come back",
  };
  const after = yield* repair(ticket);
  return { ...after, summary: `${after.summary}; ${MOMENT_S} s before: ${before.summary}` };
}

function concludeWith({ isMomentary, ...conclusion }: Ending): Conclusion {
  return { tool: "conclude", ...conclusion };
}

/** What holds after a repair, though that was refused, was not over before it was looked at. */
function withFirst(second: Ending, first: Ending): Ending {
  if (first.outcome !== "fixed" || second.outcome !== "no_action_needed") return second;
  const summary = `${first.summary}. That was refused, and nothing more was changed since`;
  return fixed({ rootCause: first.rootCause, summary });
}

/**
 * The members as the runtime has them; undefined when operator does not run them, or could not tell
 * twice: an engine that ends takes an answer with it.
 */
export function* lookAtMembers(
  ticket: RunbookTicket,
  thought: string,
): Steps<readonly SeenMember[] | undefined> {
  const members =
    (yield* askForMembers(ticket, thought)) ??
    (yield* askForMembers(ticket, "That could not be told. And now?"));
  return members?.length === 0 ? undefined : members;
}

function* askForMembers(
  { subject }: RunbookTicket,
  thought: string,
): Steps<readonly SeenMember[] | undefined> {
  const { text } = yield {
    tool: "shell",
    thought,
    command: `operator subject status ${subject} --json`,
    reason: "see the state of every member's process",
  };
  return findJson(text, statusSchema)?.members;
}

/** What every invariant says now; undefined when that could not be had. */
export function* lookAtVerdicts(
  { subject }: RunbookTicket,
  thought: string,
): Steps<readonly SeenVerdict[] | undefined> {
  const { text } = yield {
    tool: "shell",
    thought,
    command: `operator monitor --subject ${subject} --once --json`,
    reason: "see what holds and what is violated now",
  };
  return findJson(text, lookSchema)?.verdicts;
}

/** The same; a second time where the ticket's own verdict is unknown: one look may miss it. */
export function* lookAtOwnVerdict(
  ticket: RunbookTicket,
  thought: string,
): Steps<readonly SeenVerdict[] | undefined> {
  const verdicts = yield* lookAtVerdicts(ticket, thought);
  if (ownVerdict(ticket, verdicts)?.state !== "unknown") return verdicts;
  return yield* lookAtVerdicts(ticket, "It is unknown. And now?");
}

/** The last line of a member's log, for the diagnosis; empty when there is none. */
export function* readLastWords({ subject }: RunbookTicket, member: string): Steps<string> {
  const { text, isError } = yield {
    tool: "shell",
    thought: `What did ${member} say last?`,
    command: `operator subject logs ${subject} ${member} --lines 10`,
    reason: "see why it is in this state",
  };
  const lines = text.split("\n").filter((line) => LOG_LINE.test(line));
  return isError ? "" : lineOf(lines.at(-1) ?? "");
}

export interface ActWords {
  readonly action: string;
  readonly target: string;
  readonly args?: JsonObject;
  readonly thought: string;
  readonly reason: string;
}

/** Proposed anew where a person's yes came for a state that is no longer so. */
export function* act(words: ActWords): Steps<RunbookResult> {
  for (let proposed = 1; ; proposed += 1) {
    const result = yield { tool: "act", ...words };
    if (proposed === PROPOSED_MAX || !OUTDATED.test(result.text)) return result;
  }
}

/** The ticket's own verdict among those seen. */
export function ownVerdict(
  { invariant, entity }: RunbookTicket,
  verdicts: readonly SeenVerdict[] | undefined,
): SeenVerdict | undefined {
  return verdicts?.find((verdict) => verdict.invariant === invariant && verdict.entity === entity);
}

export interface Words {
  readonly rootCause: string;
  readonly summary: string;
}

export function fixed(words: Words): Ending {
  return { outcome: "fixed", thought: "Done; the monitor shall verify it.", ...words };
}

export function noActionNeeded({ invariant, entity }: RunbookTicket, seen: SeenVerdict): Ending {
  return {
    outcome: "no_action_needed",
    thought: "It holds again, without my doing anything.",
    rootCause: "It was over before it was looked at.",
    summary: `${invariant} of ${entity} holds: ${lineOf(seen.reason)}. Nothing was changed.`,
  };
}

export function cannotFix(words: Words): Ending {
  return { outcome: "cannot_fix", thought: "This needs a person.", ...words };
}

/** One line of foreign text, short enough for a sentence, and without a full stop of its own. */
export function lineOf(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 300).replace(/\.+$/, "");
}

/** The first line of a result that is JSON of the wanted form. */
function findJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  return text
    .split("\n")
    .map((line) => schema.safeParse(readJsonLine(line)))
    .find((parsed) => parsed.success)?.data;
}
