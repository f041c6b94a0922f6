// Sessions of the real program, with a language model over HTTP and with the runbook model, each
// run again from its record by another process.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../support/eventually.ts";
import {
  cutAfter,
  message,
  overloaded,
  says,
  stallAfter,
  thinks,
} from "../support/messages-api-replies.ts";
import { concludes, type LoneAgent, openLoneAgent, runs } from "./lone-agent.ts";

const SAME = /replayed: the same, byte for byte \([\d,]+ questions?, [\d,]+ audit rows?\)$/;

/** Rejects where it is not the same. */
async function expectSame(agent: LoneAgent): Promise<void> {
  const [line] = await agent.world.run(["audit", "replay", "last"]);
  expect(line).toMatch(SAME);
}

test("a session that failed, over a service in trouble", async () => {
  const thinking = message([thinks("Is it the disk?", "signed"), says("I cannot tell.")]);
  await using agent = await openLoneAgent([
    overloaded(),
    cutAfter(6, runs("touch never")),
    runs("echo one; exit 4"),
    thinking,
    concludes("cannot_fix"),
  ]);
  await agent.run();
  expect((await agent.outcome()).session.stopReason).toBe("gave_up");
  await expectSame(agent);
});

for (const decision of ["approved", "denied"] as const) {
  test(`a session in which a person ${decision} a command`, async () => {
    const script = (_: unknown, index: number) =>
      index === 0 ? runs(`touch ${join(agent.world.scratch, "made")}`) : concludes("cannot_fix");
    await using agent: LoneAgent = await openLoneAgent(script);
    const program = agent.start(["--once", "--mode", "approve"]);
    await program.untilLine(/waiting for approval #1/);
    await agent.store.decideApproval(1, decision);
    await program.exited;
    expect(existsSync(join(agent.world.scratch, "made"))).toBe(decision === "approved");
    await expectSame(agent);
  });
}

test("a session that was interrupted in the middle of an answer", async () => {
  await using agent = await openLoneAgent([stallAfter(3, message([says("I think about it.")]))]);
  const program = agent.start();
  await eventually(() => agent.api.requests.length > 0, "the model is asked");
  program.signal("SIGTERM");
  await program.exited;
  expect((await agent.outcome()).session.stopReason).toBe("aborted");
  await expectSame(agent);
});

test("a session of the runbook model", async () => {
  await using agent = await openLoneAgent([]);
  await agent.run(["--model", "runbook"]);
  const { session } = await agent.outcome();
  expect(session).toMatchObject({ model: "runbook", stopReason: "gave_up" });
  expect(session.conclusion?.evidence.length).toBeGreaterThan(0);
  await expectSame(agent);
});
