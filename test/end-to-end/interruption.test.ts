// The agent's process is told to end, or is killed, in the middle of its work.
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../support/eventually.ts";
import { scriptedRequests } from "../support/messages-api.ts";
import { message, type ScriptedReply, says, stallAfter } from "../support/messages-api-replies.ts";
import { concludes, type LoneAgent, openLoneAgent, runs } from "./lone-agent.ts";
import { briefIn } from "./wire.ts";
import type { Program } from "./world.ts";

/** After the first signal, as main promises. */
const ENDS_WITHIN_MS = 5_000;
const SILENCE = stallAfter(3, message([says("I think about it.")]));

test("SIGTERM in the middle of an answer ends the agent, and a person is asked", async () => {
  await using agent = await openLoneAgent([SILENCE]);
  const program = agent.start();
  await untilAsked(agent);
  expect(await endsSoon(program, "SIGTERM")).toBe(0);
  expect(agent.api.hangUps()).toBe(1);
  await expectEscalated(agent, program);
});

for (const deaf of ["", "trap '' TERM; "]) {
  test(`SIGTERM in the middle of "${deaf}sleep" ends both, and a person is asked`, async () => {
    await using agent: LoneAgent = await openLoneAgent(() => runs(deaf + longCommand(agent)));
    const program = agent.start();
    const pid = await untilBegun(agent);
    expect(await endsSoon(program, "SIGTERM")).toBe(0);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    await expectEscalated(agent, program);
  });
}

test("SIGINT ends it likewise, with exit code 130", async () => {
  await using agent = await openLoneAgent([SILENCE]);
  const program = agent.start();
  await untilAsked(agent);
  expect(await endsSoon(program, "SIGINT")).toBe(130);
  expect((await agent.outcome()).ticket.note).toBe("interrupted by SIGINT");
});

test("with --on-shutdown release the ticket is open for the next agent", async () => {
  await using agent = await openLoneAgent([SILENCE]);
  const program = agent.start(["--on-shutdown", "release"]);
  await untilAsked(agent);
  await endsSoon(program, "SIGTERM");
  const { ticket, session } = await agent.outcome();
  expect([ticket.state, session.stopDetail]).toEqual(["open", "interrupted by SIGTERM"]);
});

test("after kill -9 nothing runs on, and the next agent is told what was begun", async () => {
  const script = (_: unknown, index: number): ScriptedReply =>
    index === 0 ? runs(longCommand(agent)) : concludes("cannot_fix");
  await using agent: LoneAgent = await openLoneAgent(script);
  const doomed = agent.start(["--lease", "1s"]);
  const pid = await untilBegun(agent);
  doomed.signal("SIGKILL");
  await eventually(() => !existsSync(`/proc/${pid}`), "its command is gone");
  await agent.start().untilLine(/-> escalated/);
  const brief = briefIn(scriptedRequests(agent.api)[1]);
  expect(brief).toContain("Ticket #1, attempt 2,");
  expect(brief).toMatch(
    /ended: lease_lost: .* expired\n- shell .*sleep 60.*: outcome unknown: check before you repeat/,
  );
});

/** Says that it has begun, in its own process. */
function longCommand({ world }: LoneAgent): string {
  return `echo $$ > ${join(world.scratch, "begun")}; sleep 60`;
}

/** The command's process. */
function untilBegun({ world }: LoneAgent): Promise<number> {
  const file = join(world.scratch, "begun");
  const read = () => existsSync(file) && Number(readFileSync(file, "utf8"));
  return eventually(() => read() || undefined, "the command runs");
}

function untilAsked({ api }: LoneAgent): Promise<boolean> {
  return eventually(() => api.requests.length > 0, "the model is asked");
}

async function endsSoon(program: Program, signal: "SIGTERM" | "SIGINT"): Promise<number | null> {
  program.signal(signal);
  const late = Bun.sleep(ENDS_WITHIN_MS).then(() => "it has not ended");
  const end = await Promise.race([program.exited, late]);
  if (typeof end === "string") throw new Error(end);
  return end.exitCode;
}

async function expectEscalated(agent: LoneAgent, { lines }: Program): Promise<void> {
  const { ticket, session } = await agent.outcome();
  expect([ticket.state, session.stopReason]).toEqual(["escalated", "aborted"]);
  expect(ticket.note).toStartWith("interrupted by SIGTERM");
  expect(lines.at(-1)).toStartWith("Ticket #1 -> escalated: interrupted by SIGTERM");
}
