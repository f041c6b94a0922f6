// The agent's process is told to end, or is killed, in the middle of its work.
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { BWRAP_TROUBLE, inSandbox } from "../support/bwrap.ts";
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

/** What is deaf to it is no change: the shell is set otherwise in it, and so a sandbox holds it. */
const DEAF = {
  fact: inSandbox("a look that does not hear it"),
  flags: ["--sandbox", "require"],
  isSkipped: BWRAP_TROUBLE !== undefined,
  write: (_: LoneAgent, seconds: string) => `trap '' TERM; sleep ${seconds}`,
};
const CHANGE = { fact: "a change", flags: [], isSkipped: false, write: longCommand };

for (const { fact, flags, isSkipped, write } of [CHANGE, DEAF]) {
  test.skipIf(isSkipped)(`SIGTERM ends the agent, and a person is asked: ${fact}`, async () => {
    const seconds = drawSeconds();
    await using agent: LoneAgent = await openLoneAgent(() => runs(write(agent, seconds)));
    const program = agent.start(flags);
    const pid = await untilBegun(seconds);
    expect(await endsSoon(program, "SIGTERM")).toBe(0);
    await eventually(() => !existsSync(`/proc/${pid}`), "its command is gone");
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
  const seconds = drawSeconds();
  const script = (_: unknown, index: number): ScriptedReply =>
    index === 0 ? runs(longCommand(agent, seconds)) : concludes("cannot_fix");
  await using agent: LoneAgent = await openLoneAgent(script);
  const doomed = agent.start(["--lease", "1s"]);
  const pid = await untilBegun(seconds);
  doomed.signal("SIGKILL");
  await eventually(() => !existsSync(`/proc/${pid}`), "its command is gone");
  await agent.start().untilLine(/-> escalated/);
  const brief = briefIn(scriptedRequests(agent.api)[1]);
  expect(brief).toContain("Ticket #1, attempt 2,");
  expect(brief).toMatch(
    /ended: lease_lost: .* expired\n- shell .*sleep 60.*: outcome unknown: check before you repeat/,
  );
});

/** A change, and a wait by which it is found: nobody else sleeps as long. */
function longCommand({ tikv }: LoneAgent, seconds: string): string {
  const scheduler = `${tikv}/pd/api/v1/schedulers/evict-leader-scheduler`;
  return `curl -s -X DELETE ${scheduler}; sleep ${seconds}`;
}

/** The process of the program that sleeps so long. */
function untilBegun(seconds: string): Promise<number> {
  const isIt = (pid: string) => commandLineOf(pid) === `sleep\0${seconds}\0`;
  const find = () => readdirSync("/proc").find((name) => /^\d+$/.test(name) && isIt(name));
  return eventually(() => Number(find()) || undefined, "the command runs");
}

/** Empty when it is gone. */
function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function drawSeconds(): string {
  return (60 + Math.random()).toFixed(9);
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
