// What a runbook says of a member that it could not bring back.
import { expect, test } from "bun:test";
import { bringMemberBack } from "../../src/runbooks/members.ts";
import { fenced, stepsOf } from "../support/follow-runbook.ts";

const STATUS = "operator subject status toy --json";

test("after a failed start of its own nobody is said to have brought the member back", () => {
  const statusWith = (state: string) => fenced(3, { members: [{ name: "one", role: "r", state }] });
  const ticket = { id: 1, subject: "toy", invariant: "answers", entity: "one" };
  const [, , , , ending] = stepsOf({
    runbooks: { answers: bringMemberBack },
    ticket: { ...ticket, reason: "dark", evidence: {} },
    world: {
      [STATUS]: [statusWith("stopped"), statusWith("running")],
      start_member: { text: "failed: no answer in 30 s", isError: true },
    },
  });
  expect(ending).toMatchObject({
    outcome: "no_action_needed",
    rootCause: "The process of one was gone.",
    summary:
      "start_member failed: failed: no answer in 30 s. It runs now; whether this attempt " +
      "brought it back is not known.",
  });
});
