// What runbooks are made of, apart from any of them.
import { expect, test } from "bun:test";
import type { RunbookResult } from "../../src/domain/runbook.ts";
import { act } from "../../src/runbooks/steps.ts";

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
