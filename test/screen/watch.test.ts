import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "../../src/domain/json.ts";
import type { Session } from "../../src/domain/session.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { asking } from "../support/asking.ts";
import { eventually } from "../support/eventually.ts";
import { notedSettings } from "../support/pty.ts";
import { ORDINARY_MODES } from "../support/terminal-screen.ts";
import { OPERATOR, openTicket, openWatchRoom } from "../support/watch-room.ts";

test("tickets, conversation and members are shown, and what is added to them", async () => {
  await using room = await openWatchRoom();
  const store = room.store();
  const session = await claimedSession(store);
  await reply(store, session, "I look at the stores first.");
  await using pty = room.watch();
  await pty.untilScreen((text) => text.includes("Ticket #1 -> claimed"), "the move");
  await pty.untilScreen(
    (text) => text.includes("[Runbook] I look at the stores first."),
    "a thought",
  );
  await pty.untilScreen(
    (text) => /\[Tool Call\] shell: pd-ctl store \(to look\)/.test(text),
    "the call",
  );
  await pty.untilScreen((text) => /pd-0 .*leads/.test(text), "the members");
  await pty.untilScreen((text) => text.includes("[Seen] all invariants hold"), "the verdicts");
  const content = { tool: "shell", text: "3 stores, one down", exitCode: 4, isError: true };
  await append(store, session, { type: "tool_result", content });
  const end = { stopReason: "gave_up", detail: "beyond me" } as const;
  await store.escalateTicket(session.id, end);
  await pty.untilScreen((text) => text.includes("[Tool Result] Exit 4: 3 stores"), "the result");
  await pty.untilScreen((text) => text.includes("Ticket #1 -> escalated"), "the next move");
  const status = (await pty.settled()).at(-1);
  expect(status).toContain("ticket #1 escalated");
  expect(status).toContain("mode approve · model runbook");
});

test("a and d answer a pending approval", async () => {
  await using room = await openWatchRoom();
  const store = room.store();
  const session = await claimedSession(store);
  const ask = (target: string) =>
    store.requestApproval(
      asking(session.id, {
        operation: { action: "restart_member", target },
        expiresInMs: 60_000,
      }),
    );
  const first = await ask("tikv1");
  await using pty = room.watch();
  await pty.untilScreen((text) => text.includes("restart_member"), "the operation");
  pty.type("a");
  await eventually(async () => (await store.getApproval(first.id))?.state === "approved", "a yes");
  await pty.untilScreen((text) => !text.includes("restart_member"), "the question gone");
  const second = await ask("tikv2");
  await pty.untilScreen((text) => text.includes("tikv2"), "the next question");
  pty.type("d");
  await eventually(async () => (await store.getApproval(second.id))?.state === "denied", "a no");
  const { decidedBy } = (await store.getApproval(second.id)) ?? {};
  expect(decidedBy).toMatchObject({ via: "panel", tty: expect.stringMatching(/^(pts|ttys)/) });
});

test("a missing database is waited for, never made, and one that goes is told", async () => {
  await using room = await openWatchRoom();
  await using pty = room.watch();
  await pty.untilScreen((text) => text.includes("STALE"), "the trouble");
  await pty.untilScreen((text) => text.includes("pd-0"), "the members all the same");
  expect(existsSync(room.database)).toBe(false);
  const made = join(room.dir, "made.db");
  {
    using store = TicketOpsDB.open({ path: made, clock: systemClock });
    await openTicket(store, "no answer");
  }
  await rename(made, room.database);
  await pty.untilScreen((text) => text.includes("Ticket #1 -> open"), "the ticket");
  await pty.untilScreen((text) => !text.includes("STALE"), "the end of the trouble");
  {
    using store = TicketOpsDB.open({ path: made, clock: systemClock });
    await openTicket(store, "full disk");
  }
  await rename(made, room.database);
  await pty.untilScreen((text) => text.includes("full disk"), "another one's ticket");
  await rm(room.database);
  await pty.untilScreen((text) => text.includes("STALE"), "the trouble, again");
  expect(existsSync(room.database)).toBe(false);
});

test("an empty file is no database yet, and is left as it is", async () => {
  await using room = await openWatchRoom();
  await writeFile(room.database, "");
  await using pty = room.watch();
  await pty.untilScreen((text) => text.includes("nothing is in it yet"), "the trouble");
  expect((await stat(room.database)).size).toBe(0);
  await openTicket(room.store(), "no answer");
  await pty.untilScreen((text) => text.includes("Ticket #1 -> open"), "the ticket");
});

test("a locked database stops no key, and is read when it is free", async () => {
  await using room = await openWatchRoom();
  await openTicket(room.store(), "no answer");
  room.store()[Symbol.dispose]();
  const locker = new Database(room.database);
  locker.run("PRAGMA locking_mode = EXCLUSIVE");
  locker.run("BEGIN EXCLUSIVE");
  await using pty = room.watch();
  await pty.untilScreen((text) => text.includes("locked it; trying again"), "the trouble");
  await pty.untilScreen((text) => text.includes("pd-0"), "the members all the same");
  pty.type("?");
  await pty.untilScreen((text) => text.includes("approve or deny"), "the help");
  pty.type("?");
  // What it sees may be drift that a ticket knows of, and is not called well before it is read.
  expect(pty.written()).not.toContain("[Seen]");
  locker.run("ROLLBACK");
  locker.close();
  await pty.untilScreen((text) => text.includes("Ticket #1 -> open"), "the ticket");
  await pty.untilScreen((text) => text.includes("[Seen] all invariants hold"), "the verdicts");
});

test("a subject that is not up is trouble of its panel, and the tickets are shown", async () => {
  await using room = await openWatchRoom();
  await openTicket(room.store(), "no answer");
  await using pty = room.watch({ endpoints: [] });
  await pty.untilScreen((text) => text.includes("tikv does not run here"), "the trouble");
  await pty.untilScreen((text) => text.includes("Ticket #1 -> open"), "the ticket");
});

test("TAB moves the focus and z shows that panel alone", async () => {
  await using room = await openWatchRoom();
  room.store();
  await using pty = room.watch();
  await pty.untilScreen((text) => text.includes("pd-0"), "the members");
  pty.type("\tz");
  await pty.untilScreen((text) => text.includes("Cluster") && !text.includes("Agent"), "it");
  pty.type("z\t");
  await pty.untilScreen((text) => text.includes("Agent") && text.includes("Monitor"), "all");
});

test.each(["q", "\x03"])("%j quits, and the terminal is as it was", async (key) => {
  await using room = await openWatchRoom();
  room.store();
  await using pty = room.watch({ notedIn: room.dir });
  await pty.untilScreen((text) => text.includes("Monitor"), "the panels");
  pty.type(key);
  expect(await pty.exited).toBe(0);
  await pty.settled();
  expect(pty.modes).toEqual(ORDINARY_MODES);
  const [before, after] = await notedSettings(room.dir);
  expect(after).toBe(before);
});

test("on a small terminal the same is told in plain lines, until Ctrl-C", async () => {
  await using room = await openWatchRoom();
  await openTicket(room.store(), "no answer");
  await using pty = room.watch({ columns: 79 });
  const told = (text: string) => pty.untilScreen(() => pty.written().includes(text), text);
  await told("the panels need a terminal of 80×24");
  await told("monitor | [Seen] all invariants hold");
  await told("-> open: tikv/answers/tikv1");
  expect(pty.modes).toEqual(ORDINARY_MODES);
  pty.type("\x03");
  expect(await pty.exited).toBe(130);
});

test("without a terminal it tells plain lines, and cannot record", async () => {
  await using room = await openWatchRoom();
  const command = [...OPERATOR, "watch", "--subject", "tikv", "--db", room.database];
  const env = { ...process.env, OPERATOR_HOME: room.dir };
  await using watch = Bun.spawn(command, { env, stdio: ["ignore", "pipe", "ignore"] });
  const lines = await readUntil(watch.stdout, /^tikv {4}\| tikv does not run here/m);
  expect(lines).toMatch(/^monitor \| \[Trouble\] there is no database/m);
  watch.kill("SIGTERM");
  expect(await watch.exited).toBe(0);
  const recording = Bun.spawnSync([...command, "--record", join(room.dir, "x.cast")], { env });
  expect(recording.exitCode).toBe(2);
  expect(existsSync(join(room.dir, "x.cast"))).toBe(false);
});

test("without a name it looks at what is there or has tickets, and else asks for one", async () => {
  await using room = await openWatchRoom();
  const command = [...OPERATOR, "watch", "--db", room.database];
  const env = { PATH: process.env.PATH, OPERATOR_HOME: room.dir };
  const { exitCode, stderr } = Bun.spawnSync(command, { env });
  expect([exitCode, stderr.toString()]).toEqual([2, expect.stringContaining("needs --subject")]);
  await openTicket(room.store(), "no answer");
  await using watch = Bun.spawn(command, { env, stdio: ["ignore", "pipe", "ignore"] });
  expect(await readUntil(watch.stdout, /tikv1/)).toContain("-> open: tikv/answers/tikv1");
});

async function readUntil(stream: ReadableStream<Uint8Array>, end: RegExp): Promise<string> {
  let text = "";
  for await (const chunk of stream) {
    text += new TextDecoder().decode(chunk);
    if (end.test(text)) break;
  }
  return text;
}

async function claimedSession(store: TicketOpsDB): Promise<Session> {
  await openTicket(store, "no answer");
  const claimed = await store.claim({
    agentId: "agent-1",
    leaseMs: 60_000,
    model: "runbook",
    mode: "approve",
  });
  if (!claimed) throw new Error("there is a ticket to claim");
  return claimed.session;
}

async function append(
  store: TicketOpsDB,
  { id, ticketId }: Session,
  event: { readonly type: "model_replied" | "tool_result"; readonly content: JsonObject },
): Promise<void> {
  await store.appendAudit({ ...event, ticketId, sessionId: id });
}

async function reply(store: TicketOpsDB, session: Session, text: string): Promise<void> {
  const input = { command: "pd-ctl store", reason: "to look" };
  const call = { type: "tool_call", id: "call-1", name: "shell", input };
  const content = { blocks: [{ type: "text", text }, call], stop: "tool_calls" };
  await append(store, session, { type: "model_replied", content });
}
