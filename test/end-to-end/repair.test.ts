// The agent with a language model, from a killed store to a verified fix: a live cluster, monitor
// and agent as processes, and a service on loopback that plays the model.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type MessagesApi, scriptedRequests, startMessagesApi } from "../support/messages-api.ts";
import {
  calls,
  message,
  type ScriptedMessage,
  says,
  thinks,
} from "../support/messages-api-replies.ts";
import { claudeAt, concludes, FAKE_KEY, runs } from "./lone-agent.ts";
import { briefIn, lastTexts, messageBytes } from "./wire.ts";
import { openWorld, type Program } from "./world.ts";

const world = openWorld();
const victimData = join(world.home, "subjects/tikv/members/tikv2/data");
const database = join(world.home, "repair.db");
const LONG_THOUGHT = `tikv2 is silent. ${"It may be stopped, or it may be paused. ".repeat(8)}`;
const CONDENSED = "condensed: tikv2 is silent, stopped or paused";

let api: MessagesApi;
let agent: Program;

beforeAll(async () => {
  api = await startMessagesApi({ script: script(), condenser: message([says(CONDENSED)]) });
  await world.run(["subject", "up", "tikv", "--time-scale", "20"]);
  const monitor = watch(database);
  await monitor.untilLine(/all invariants hold/);
  await world.run(["subject", "kill", "tikv", "tikv2"]);
  await monitor.untilLine(/-> open/);
  agent = repair(api, database);
  await agent.exited;
  monitor.signal("SIGTERM");
  await monitor.exited;
}, 60_000);

afterAll(async () => {
  await api?.stop();
  await world[Symbol.asyncDispose]();
}, 30_000);

test("the ticket ends as a verified fix", async () => {
  expect(await readJson(["tickets", "show", "1"])).toMatchObject({
    ticket: { state: "resolved", resolution: "verified_fix", entity: "tikv2", attempts: 1 },
  });
  expect(agent.lines.slice(-3)).toEqual([
    "[Verify] waiting for the monitor to confirm",
    "[Verify] resolved as verified_fix",
    "Ticket #1 -> resolved",
  ]);
});

test("deleting the data was refused, and the data is there", () => {
  expect(lastTexts(scriptedRequests(api)[2])).toEqual([
    expect.stringMatching(/^```text\nrefused by the guard: rm -rf .* would destroy data/),
  ]);
  expect(existsSync(victimData)).toBe(true);
});

test("the model is told the ticket and the readings, in fences", () => {
  const brief = briefIn(scriptedRequests(api)[0]);
  const [ticket, readings] = [...brief.matchAll(/^```(?:json|text)\n([\s\S]*?)\n```$/gm)];
  expect(JSON.parse(ticket?.[1] ?? "")).toMatchObject({ id: 1, entity: "tikv2" });
  expect(readings?.[1]).toMatch(/tikv2/);
});

test("the model sees what a command printed, fenced, and its exit code", () => {
  expect(lastTexts(scriptedRequests(api)[1])).toEqual([
    expect.stringMatching(/^exit \d in [\d.]+ s\n```text\n.*"name":"tikv2"[\s\S]*\n```\n/),
  ]);
});

test("the conversation only grows: every request extends the one before, byte for byte", () => {
  const requests = scriptedRequests(api);
  expect(requests.length).toBe(4);
  for (const [index, before] of requests.slice(0, -1).entries()) {
    const next = requests[index + 1] ?? before;
    expect(messageBytes(next).slice(0, -2)).toEqual([...messageBytes(before)]);
    expect([next.body.system, next.body.tools]).toEqual([before.body.system, before.body.tools]);
  }
});

test("tools, system text and the end of the conversation are marked for the cache", () => {
  for (const { body } of scriptedRequests(api)) {
    const mark = { cache_control: { type: "ephemeral" } };
    expect(body).toMatchObject({ system: [mark], tools: [{}, {}, mark] });
    expect(JSON.stringify(body.messages.slice(0, -1))).not.toContain("cache_control");
    expect(JSON.stringify(body.messages.at(-1))).toEndWith(
      '"cache_control":{"type":"ephemeral"}}]}',
    );
  }
});

test("a condensed line is printed, and never becomes part of the conversation", () => {
  expect(agent.lines).toContain(`[Claude] ${CONDENSED}`);
  const bodies = scriptedRequests(api).map(({ body }) => JSON.stringify(body));
  expect(bodies.at(-1)).toContain(LONG_THOUGHT);
  expect(bodies.join("\n")).not.toContain(CONDENSED);
});

test("the audit shows the conversation with its costs, and is intact", async () => {
  const [session] = z
    .array(z.object({ id: z.string(), usage: z.object({ cost_usd: z.number() }) }))
    .parse(await readJson(["audit", "list"]));
  const shown = (await world.run(["audit", "show", session?.id ?? "", "--db", database])).join(
    "\n",
  );
  for (const part of [
    /turns +4, changes 1\n/,
    /cost +\$0\.00/,
    /\[Brief\] what the model was told\n/,
    /\[Model\] replied \(100 tokens in, 50 out, \$0\.00\d*, .*\)\n/,
    /\[Claude\] tikv2 is silent\. It may be stopped/,
    /\[Tool Call\] shell: operator subject status tikv --json \(who runs\)\n/,
    /\[Guard\] deny: rm -rf /,
    /\[Tool Call\] act: start_member tikv2 \(its process is gone\)\n/,
    /\[Tool Result\] Exit 0 \([\d.]+ m?s\)\n/,
    /\[Conclusion\] fixed: it was looked at\n/,
    /-> resolved \(verified_fix\)/,
  ]) {
    expect(shown).toMatch(part);
  }
  expect(session?.usage.cost_usd).toBeGreaterThan(0);
  expect((await world.run(["audit", "verify", "--db", database]))[0]).toStartWith("audit intact");
});

test("the session is replayed without the service, the same byte for byte", async () => {
  const [line] = await world.run(["audit", "replay", "last", "--db", database]);
  expect(line).toMatch(/replayed: the same, byte for byte \(\d+ questions, \d+ audit rows\)$/);
});

test("the key is in no line, no request and no event", async () => {
  const events = await world.store("repair.db").eventsOf({});
  const bodies = api.requests.map(({ body }) => body);
  expect(JSON.stringify([agent.lines, bodies, events])).not.toContain(FAKE_KEY);
  expect(api.requests[0]?.headers.authorization).toBe(`Bearer ${FAKE_KEY}`);
});

test("a model that claims a fix it did not make is refused, and a person is asked", async () => {
  const claim = concludes("fixed");
  const admit = concludes("cannot_fix");
  await using liar = await startMessagesApi({ script: [claim, admit] });
  const db = join(world.home, "lie.db");
  const monitor = watch(db);
  await world.run(["subject", "kill", "tikv", "tikv1"]);
  await monitor.untilLine(/-> open/);
  await repair(liar, db).exited;
  expect(lastTexts(scriptedRequests(liar)[1])).toEqual([
    expect.stringMatching(
      /^```text\nverification refused: not confirmed within .* violated, no sign of life/,
    ),
  ]);
  const store = world.store("lie.db");
  expect(await store.getTicket(1)).toMatchObject({ state: "escalated", resolution: null });
  expect(await store.sessionsOf(1)).toMatchObject([
    { stopReason: "gave_up", turns: 2, changes: 0 },
  ]);
}, 60_000);

/** Looks, tries to destroy, acts, concludes. */
function script(): readonly ScriptedMessage[] {
  return [
    message([
      thinks(LONG_THOUGHT, "c2lnbmVk"),
      says("I look at the members first."),
      calls("shell", { command: "operator subject status tikv --json", reason: "who runs" }),
    ]),
    runs(`rm -rf ${victimData}`),
    message([
      says("Then I start it with its data."),
      calls("act", { action: "start_member", target: "tikv2", reason: "its process is gone" }),
    ]),
    concludes("fixed"),
  ];
}

function watch(db: string): Program {
  return world.start(["monitor", "--subject", "tikv", "--interval", "500ms", "--db", db]);
}

function repair(service: MessagesApi, db: string): Program {
  const words = ["agent", "--once", "--model", "claude-sonnet-5-5", "--db", db];
  return world.start(words, claudeAt(service.url));
}

async function readJson(words: readonly string[]): Promise<unknown> {
  const [line = ""] = await world.run([...words, "--json", "--db", database]);
  return JSON.parse(line);
}
