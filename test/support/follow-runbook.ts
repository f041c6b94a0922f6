// Drives runbooks by tool results as the agent gives them.
import type { JsonObject } from "../../src/domain/json.ts";
import type {
  Runbook,
  RunbookResult,
  RunbookStep,
  RunbookTicket,
} from "../../src/domain/runbook.ts";

export const DONE: RunbookResult = {
  text: "done: as wanted\npostcondition met after 0.61 s",
  isError: false,
};

/**
 * What each command or action results in; the first whose key a step starts with counts. Of several
 * results one after another, the last for ever.
 */
export type World = Readonly<Record<string, RunbookResult | readonly RunbookResult[]>>;

export interface Following {
  readonly runbooks: Readonly<Record<string, Runbook>>;
  readonly ticket: RunbookTicket;
  readonly world: World;
}

const STEPS_MAX = 30;

/** Every step in a few words, to the end of the runbook. */
export function followRunbook(following: Following): readonly string[] {
  return stepsOf(following).map(wordsOf);
}

/** Every step as it is taken. What the world does not know fails without a word. */
export function stepsOf({ runbooks, ticket, world }: Following): readonly RunbookStep[] {
  const runbook = runbooks[ticket.invariant];
  if (!runbook) throw new Error(`no runbook for ${ticket.invariant}`);
  const steps = runbook(ticket);
  const taken: RunbookStep[] = [];
  for (let next = steps.next(); !next.done && taken.length < STEPS_MAX; ) {
    taken.push(next.value);
    const words = wordsOf(next.value);
    const [key, known = []] = Object.entries(world).find(([one]) => words.startsWith(one)) ?? [];
    const results = [known].flat();
    const before = taken.filter(
      (step) => key !== undefined && wordsOf(step).startsWith(key),
    ).length;
    const result = results[Math.min(before, results.length) - 1];
    next = steps.next(result ?? { text: "no output", isError: true });
  }
  return taken;
}

function wordsOf(step: RunbookStep): string {
  if (step.tool === "shell") return step.command;
  if (step.tool === "conclude") return `conclude ${step.outcome}`;
  const args = step.args ? ` ${JSON.stringify(step.args)}` : "";
  return `${step.action} ${step.target}${args}`;
}

/** The output of a shell command, as the agent fences it. */
export function fenced(exitCode: number, value: JsonObject): RunbookResult {
  const text = `exit ${exitCode} in 0.52 s\n\`\`\`text\n${JSON.stringify(value)}\n\`\`\``;
  return { text, isError: exitCode !== 0 };
}

/** `operator monitor --once`: `invariant/entity` to its evidence, violated but for `verdict`. */
export function lookWith(verdicts: Readonly<Record<string, "holds" | JsonObject>>): RunbookResult {
  const list = Object.entries(verdicts).map(([key, said]) => {
    const [invariant = "", entity = ""] = key.split("/");
    const { verdict = "violated", ...evidence } = said === "holds" ? { verdict: said } : said;
    return { invariant, entity, state: verdict, severity: "critical", reason: "as seen", evidence };
  });
  return fenced(3, { type: "observation", at_ms: 1, duration_ms: 9, members: [], verdicts: list });
}
