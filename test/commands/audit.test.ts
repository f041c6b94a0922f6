// operator audit: the sessions, their conversations, and the proof that nobody changed them.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { runAudit } from "../../src/commands/audit.ts";
import type { AuditType } from "../../src/domain/audit.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { claimedTicket, type DeskRoom, openDeskRoom } from "./desk-room.ts";

const CONCLUSION = { outcome: "fixed", rootCause: "killed", evidence: [3], summary: "up" } as const;
const USAGE = {
  inputTokens: 1_234,
  outputTokens: 56,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 0.0123,
};

/** What a session of one turn leaves behind, as an agent writes it. */
const EVENTS: readonly [AuditType, JsonObject][] = [
  [
    "model_replied",
    {
      blocks: [
        { type: "text", text: "It does not answer.\nI look." },
        {
          type: "tool_call",
          id: "1",
          name: "shell",
          input: { command: "ls /", reason: "to look" },
        },
        { type: "hologram", data: 1 },
      ],
      stop: "tool_calls",
      usage: USAGE,
      durationMs: 1_200,
    },
  ],
  ["guard_decided", { callId: "1", decision: "allow", reason: "it only reads", effects: [] }],
  ["tool_result", { callId: "1", text: "bin\u001b[31m\netc\n", exitCode: 2, durationMs: 40 }],
  ["model_failed", { failure: "overloaded", message: "529", willRetry: true }],
];

async function heldSession(room: DeskRoom): Promise<string> {
  const store = room.store();
  const { ticket, session } = await claimedTicket(store);
  const whose = { ticketId: ticket.id, sessionId: session.id };
  for (const [type, content] of EVENTS) await store.appendAudit({ ...whose, type, content });
  await store.addUsage(session.id, 1, USAGE);
  room.clock.advance(6_200);
  await store.concludeTicket(session.id, CONCLUSION);
  await store.refuseTicket(ticket.id, "violated again");
  await store.concludeTicket(session.id, CONCLUSION);
  await store.verifyTicket(ticket.id, "holds in 3 observations");
  return session.id;
}

describe("audit list", () => {
  test("of an empty home is empty", async () => {
    await using room = await openDeskRoom();
    expect((await room.run(runAudit, ["list"])).lines).toEqual(["no sessions"]);
    expect((await room.run(runAudit, ["list"], { json: true })).lines).toEqual(["[]"]);
  });

  test("shows how a session stands", async () => {
    await using room = await openDeskRoom();
    const { session } = await claimedTicket(room.store());
    room.clock.advance(65_000);
    const row = async () => (await room.run(runAudit, [])).lines[1]?.split(/ {2,}/).toSpliced(3, 1);
    expect(await row()).toEqual([session.id, "#1", "running", "1 m 05 s", "-"]);
    await room.store().escalateTicket(session.id, { stopReason: "turn_limit", detail: "40" });
    room.clock.advance(65_000);
    expect(await row()).toEqual([session.id, "#1", "ended", "1 m 05 s", "turn_limit"]);
  });

  test("shows at most --limit sessions, with outcome and duration", async () => {
    await using room = await openDeskRoom();
    await heldSession(room);
    const newest = await heldSession(room);
    const { lines } = await room.run(runAudit, ["list"], { limit: 1, json: true });
    expect(JSON.parse(lines.join(""))).toMatchObject([
      { id: newest, state: "ended", duration_ms: 6_200, outcome: "fixed, self_healed" },
    ]);
  });
});

describe("audit show", () => {
  test("tells the conversation in its order", async () => {
    await using room = await openDeskRoom();
    const id = await heldSession(room);
    const { lines } = await room.run(runAudit, ["show", id]);
    const told = lines
      .slice(lines.indexOf("") + 1)
      .map((line) => line.replace(/^row \d+ {2}[\d:.]+ {2}/, ""));
    expect(told).toEqual([
      "[Session] started, runbook",
      "Ticket #1 -> claimed: attempt 1 by agent-1",
      "[Model] replied (1,234 tokens in, 56 out, $0.0123, 1.2 s)",
      "    [Runbook] It does not answer.",
      "      I look.",
      "    [Tool Call] shell: ls / (to look)",
      "[Guard] allow: it only reads",
      "[Tool Result] Exit 2 (40 ms)",
      "    bin␛[31m",
      "    etc",
      "[Model] failed, overloaded: 529; trying again",
      "[Conclusion] fixed: up",
      "    root cause: killed",
      "    evidence: 3",
      "Ticket #1 -> verifying: fixed: up",
      "Ticket #1 -> claimed: violated again",
      "[Verify] refused: violated again",
      "[Conclusion] fixed: up",
      "    root cause: killed",
      "    evidence: 3",
      "Ticket #1 -> verifying: fixed: up",
      "Ticket #1 -> resolved (self_healed): holds in 3 observations",
      "[Session] ended, concluded: holds in 3 observations",
    ]);
  });

  test("opens with tokens, cost and outcome", async () => {
    await using room = await openDeskRoom();
    const id = await heldSession(room);
    const text = (await room.run(runAudit, ["show", id])).lines.join("\n");
    expect(text).toMatch(/^tokens +1,234 in, 56 out; cache 0 read, 0 written$/m);
    expect(text).toMatch(/^cost +\$0\.0123$/m);
    expect(text).toMatch(/^outcome +fixed, self_healed$/m);
  });

  test("shows events that miss every part, or have them in another form", async () => {
    await using room = await openDeskRoom();
    const { ticket, session } = await claimedTicket(room.store());
    const whose = { ticketId: ticket.id, sessionId: session.id };
    for (const [type] of EVENTS) {
      await room.store().appendAudit({ ...whose, type, content: {} });
      const wrong = { blocks: 1, usage: "much", durationMs: "long", text: [], reason: {} };
      await room.store().appendAudit({ ...whose, type, content: wrong });
    }
    const { lines } = await room.run(runAudit, ["show", session.id]);
    expect(lines.filter((line) => line.includes("[Model] replied"))).toHaveLength(2);
    expect(lines.filter((line) => line.includes("[Tool Result] done"))).toHaveLength(2);
  });

  test("gives programs session, ticket and events", async () => {
    await using room = await openDeskRoom();
    const id = await heldSession(room);
    const shown = JSON.parse(
      (await room.run(runAudit, ["show", id], { json: true })).lines.join(""),
    );
    expect(shown).toMatchObject({
      session: { id, turns: 1, usage: { cost_usd: 0.0123 }, conclusion: { root_cause: "killed" } },
      ticket: { id: 1, resolution: "self_healed" },
    });
    expect(shown.events).toContainEqual(
      expect.objectContaining({
        type: "tool_result",
        content: expect.objectContaining({ callId: "1" }),
      }),
    );
  });

  test("of last is the newest session", async () => {
    await using room = await openDeskRoom();
    expect((await room.run(runAudit, ["show", "last"])).failure).toMatchObject({
      code: "not_found",
      message: 'unknown session "last": there are no sessions',
    });
    const { session } = await claimedTicket(room.store());
    const { lines } = await room.run(runAudit, ["show", "last"]);
    expect(lines[0]).toBe(`Session ${session.id}`);
  });

  test("names the sessions that exist when it is asked for another", async () => {
    await using room = await openDeskRoom();
    const none = await room.run(runAudit, ["show", "xyz"]);
    expect(none.failure?.message).toBe('unknown session "xyz": there are no sessions');
    const { session } = await claimedTicket(room.store());
    expect((await room.run(runAudit, ["show", "xyz"])).failure).toMatchObject({
      code: "not_found",
      message: `unknown session "xyz": the newest are ${session.id}`,
    });
    expect((await room.run(runAudit, ["show"])).failure).toMatchObject({ code: "usage" });
  });
});

describe("audit verify", () => {
  test("calls nothing intact where there is nothing", async () => {
    await using room = await openDeskRoom();
    expect(await room.run(runAudit, ["verify"])).toMatchObject({
      lines: ["no audit yet: there is nothing to verify"],
      exitCode: 0,
    });
  });

  test("says that an untouched audit is intact", async () => {
    await using room = await openDeskRoom();
    await heldSession(room);
    const { lines, exitCode } = await room.run(runAudit, ["verify"]);
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^audit intact: 15 events, head [0-9a-f]{64}$/);
  });

  test("names the first bad row and exits with 3", async () => {
    await using room = await openDeskRoom();
    await heldSession(room);
    {
      using db = new Database(join(room.home, "tickets.db"));
      db.run("UPDATE audit_events SET content = replace(content, 'allow', 'deny') WHERE id = 5");
    }
    expect(await room.run(runAudit, ["verify"])).toMatchObject({
      lines: ["audit broken at event 5: its content does not give its hash"],
      exitCode: 3,
    });
    const forPrograms = await room.run(runAudit, ["verify"], { json: true });
    expect(JSON.parse(forPrograms.lines.join(""))).toMatchObject({
      state: "broken",
      first_bad_id: 5,
    });
  });
});
