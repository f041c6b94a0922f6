// What a model and its service can get wrong, seen by the program that asks it over HTTP.
import { expect, test } from "bun:test";
import { scriptedRequests } from "../support/messages-api.ts";
import {
  calls,
  cutAfter,
  message,
  overloaded,
  rateLimited,
  refusedWith,
  refuses,
  says,
} from "../support/messages-api-replies.ts";
import { concludes, openLoneAgent, runs } from "./lone-agent.ts";
import { messageBytes } from "./wire.ts";

const PASSING = [
  {
    what: "429",
    trouble: rateLimited({ "retry-after": "1" }),
    says: /rate_limited .*429.* in 1\.0 s/,
  },
  { what: "529", trouble: overloaded(), says: /overloaded .*529: Overloaded\); trying again in / },
  {
    what: "a stream that is cut in the middle",
    trouble: cutAfter(6, runs("touch never")),
    says: /connection .*; trying again in /,
  },
];

for (const { what, trouble, says: line } of PASSING) {
  test(`${what} is waited for, and the same question asked again`, async () => {
    await using agent = await openLoneAgent([trouble, concludes("cannot_fix")]);
    const lines = await agent.run();
    expect(lines).toContainEqual(expect.stringMatching(line));
    const [first, second] = scriptedRequests(agent.api).map(messageBytes);
    expect(second).toEqual(first ?? []);
    const { session } = await agent.outcome();
    expect(session).toMatchObject({ stopReason: "gave_up", turns: 1 });
  });
}

test("a service that stays overloaded ends with a person, who reads why", async () => {
  await using agent = await openLoneAgent(() => overloaded());
  const lines = await agent.run(["--session-max", "2s"]);
  const { ticket, session } = await agent.outcome();
  expect([ticket.state, session.stopReason]).toEqual(["escalated", "model_error"]);
  expect(ticket.note).toMatch(
    /^the model failed: overloaded \(asking claude-sonnet-5-5 at 127.* 529: Overloaded\), try \d$/,
  );
  expect(lines.at(-1)).toBe(`Ticket #1 -> escalated: ${ticket.note}`);
});

test("a key that is refused is not tried again, and not shown", async () => {
  const denied = { status: 401, type: "authentication_error", message: "invalid x-api-key" };
  await using agent = await openLoneAgent([refusedWith(denied)]);
  const lines = await agent.run();
  expect(lines.at(-1)).toMatch(
    /escalated: the model failed: unauthorized .*401: invalid x-api-key/,
  );
  expect(agent.api.requests.length).toBe(1);
});

test("a model that refuses is asked twice more, then a person is", async () => {
  await using agent = await openLoneAgent(() => refuses("this could do harm"));
  const lines = await agent.run();
  expect(lines).toContain("[Claude] this could do harm");
  expect(await agent.outcome()).toMatchObject({
    ticket: { state: "escalated", note: expect.stringMatching(/^the model refused to go on; /) },
    session: { stopReason: "gave_up", turns: 3 },
  });
});

test("a model that makes the same call again and again is stopped", async () => {
  await using agent = await openLoneAgent(() => runs("echo again"));
  await agent.run();
  expect(await agent.outcome()).toMatchObject({
    ticket: { state: "escalated", note: expect.stringContaining("4 times in a row: shell ") },
    session: { stopReason: "repetition", turns: 4 },
  });
});

const DEAR = { input_tokens: 100, output_tokens: 1_500 };
const LIMITS = [
  { flags: ["--turns-max", "2"], stopReason: "turn_limit", detail: "2 of 2 turns used" },
  {
    flags: ["--tokens-max", "3000"],
    stopReason: "token_limit",
    detail: "3200 of 3000 tokens used",
  },
  { flags: ["--cost-max", "0.03"], stopReason: "cost_limit", detail: "$0.03 of $0.03 used" },
  { flags: ["--session-max", "400ms"], stopReason: "time_limit", detail: "of 0.4 s used" },
] as const;

for (const { flags, stopReason, detail } of LIMITS) {
  test(`${flags.join(" ")} ends a session that goes on and on`, async () => {
    const goesOn = (_: unknown, index: number) =>
      message([calls("shell", { command: `sleep 0.1; echo ${index}`, reason: "to see" })], {
        usage: DEAR,
      });
    await using agent = await openLoneAgent(goesOn);
    await agent.run(flags);
    expect(await agent.outcome()).toMatchObject({
      ticket: { state: "escalated", note: expect.stringContaining(detail) },
      session: { stopReason },
    });
  });
}

test("an answer that calls no tool is sent back, and the session goes on", async () => {
  await using agent = await openLoneAgent([message([says("Hm.")]), concludes("cannot_fix")]);
  await agent.run();
  expect((await agent.outcome()).session).toMatchObject({ stopReason: "gave_up", turns: 2 });
});
