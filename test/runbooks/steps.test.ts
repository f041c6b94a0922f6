// What runbooks are made of, apart from any of them.
import { expect, test } from "bun:test";
import type { RunbookResult, RunbookStep } from "../../src/domain/runbook.ts";
import {
  act,
  cannotFix,
  type Ending,
  fixed,
  noActionNeeded,
  tryTwice,
} from "../../src/runbooks/steps.ts";

const WORDS = { action: "restart", target: "one", thought: "It hangs.", reason: "it hangs" };
const VOID = answer("approval #3 is void: the state has changed since it was proposed: two is up");

function answer(text: string): RunbookResult {
  return { text: `refused by the guard: ${text}. Nothing was done.`, isError: true };
}

/** How often it is proposed, and with what it ends. */
function propose(answers: readonly RunbookResult[]) {
  const steps = act(WORDS);
  let next = steps.next();
  let proposed = 0;
  for (const one of answers) {
    if (next.done) break;
    proposed += 1;
    next = steps.next(one);
  }
  return { proposed, end: next.done ? next.value : undefined };
}

test("what was approved for another state is proposed anew, not for ever", () => {
  const done = { text: "done: restarted", isError: false };
  expect(propose([VOID, done])).toEqual({ proposed: 2, end: done });
  expect(propose([VOID, VOID, VOID, done])).toEqual({ proposed: 3, end: VOID });
});

for (const text of [
  "approval #3 is denied",
  "approval #3 is sent back for you to revise",
  "quorum",
]) {
  test(`a refusal is not argued with: ${text}`, () => {
    expect(propose([answer(text), VOID])).toEqual({ proposed: 1, end: answer(text) });
  });
}

test("what holds at the second look was repaired at the first, if it was", () => {
  const ticket = {
    ...{ id: 1, subject: "toy", invariant: "answers", entity: "one" },
    ...{ reason: "dark", evidence: {} },
  };
  const started = fixed({ rootCause: "One was stopped.", summary: "start one: done" });
  const seen = { invariant: "answers", entity: "one", reason: "it holds", evidence: {} };
  const over = noActionNeeded(ticket, { ...seen, state: "holds" });
  expect(outcomesOf(ticket, [started, over])).toEqual(["fixed", "fixed", "cannot_fix"]);
  expect(outcomesOf(ticket, [over, over])).toEqual([
    "no_action_needed",
    "no_action_needed",
    "cannot_fix",
  ]);
  const dark = cannotFix({ rootCause: "Not determined.", summary: "dark" });
  expect(outcomesOf(ticket, [started, dark])).toEqual(["fixed", "cannot_fix"]);
});

/** How it concludes, each conclusion refused. */
function outcomesOf(ticket: Parameters<ReturnType<typeof tryTwice>>[0], ends: readonly Ending[]) {
  let repairs = 0;
  const runbook = tryTwice(function* () {
    yield { tool: "shell", thought: "And now?", command: "uptime", reason: "to see" };
    const ending = ends[repairs];
    repairs += 1;
    if (!ending) throw new Error("it repairs twice");
    return ending;
  });
  const refused = { text: "refused", isError: true };
  const steps: RunbookStep[] = [];
  const running = runbook(ticket);
  for (let next = running.next(); !next.done; next = running.next(refused)) steps.push(next.value);
  return steps.flatMap((step) => (step.tool === "conclude" ? [step.outcome] : []));
}
