// operator tickets: what a person reads of the work, and does to it.

import { describe, expect, test } from "bun:test";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runTickets } from "../../src/commands/tickets.ts";
import { verdictWith } from "../support/verdicts.ts";
import { claimedTicket, type DeskRoom, openDeskRoom } from "./desk-room.ts";

async function fileThree({ store }: DeskRoom): Promise<void> {
  const verdicts = [
    verdictWith({ entity: "one", severity: "warning" }),
    verdictWith({ entity: "two" }),
    verdictWith({ entity: "three", subject: "other" }),
  ];
  await store().recordViolations(verdicts.map((verdict) => ({ verdict, sinceMs: 500 })));
}

describe("an empty home", () => {
  test("has no tickets, and looking makes none", async () => {
    await using room = await openDeskRoom();
    expect(await room.run(runTickets, ["list"])).toMatchObject({
      lines: ["no tickets"],
      exitCode: 0,
    });
    expect(existsSync(join(room.home, "tickets.db"))).toBe(false);
  });

  test("with an empty file for a database has none either, and leaves it empty", async () => {
    await using room = await openDeskRoom();
    const path = join(room.home, "tickets.db");
    writeFileSync(path, "");
    expect((await room.run(runTickets, ["list"])).lines).toEqual(["no tickets"]);
    expect(statSync(path).size).toBe(0);
  });

  test("has an empty list for programs", async () => {
    await using room = await openDeskRoom();
    expect((await room.run(runTickets, ["list"], { json: true })).lines).toEqual(["[]"]);
  });

  test("knows no ticket", async () => {
    await using room = await openDeskRoom();
    expect((await room.run(runTickets, ["show", "3"])).failure).toMatchObject({
      code: "not_found",
      message: "unknown ticket 3: there are no tickets",
    });
  });
});

describe("tickets list", () => {
  test("is a table, newest first", async () => {
    await using room = await openDeskRoom();
    await fileThree(room);
    const { lines } = await room.run(runTickets, []);
    expect(lines.map((line) => line.split(/ {2,}/).slice(0, 6))).toEqual([
      ["ID", "STATE", "SEVERITY", "SUBJECT", "INVARIANT", "ENTITY"],
      ["3", "open", "critical", "other", "answers", "three"],
      ["2", "open", "critical", "toy", "answers", "two"],
      ["1", "open", "warning", "toy", "answers", "one"],
    ]);
  });

  test("is filtered by states and subject", async () => {
    await using room = await openDeskRoom();
    await fileThree(room);
    await room.store().resolveTicket(1, "by hand");
    const flags = { status: "resolved,escalated", subject: "toy", json: true };
    const { lines } = await room.run(runTickets, ["list"], flags);
    expect(JSON.parse(lines.join(""))).toMatchObject([{ id: 1, resolution: "manual" }]);
    const none = await room.run(runTickets, ["list"], { status: "verifying" });
    expect(none.lines).toEqual(["no tickets that match"]);
  });

  test("says when there are more than it shows", async () => {
    await using room = await openDeskRoom();
    await fileThree(room);
    const cut = await room.run(runTickets, ["list"], { limit: 2 });
    expect(cut.lines).toHaveLength(5);
    expect(cut.lines.at(-1)).toBe("more exist: --limit shows them");
    expect((await room.run(runTickets, ["list"], { limit: 3 })).lines).toHaveLength(4);
  });

  test("names its keys in snake case and leaves those of the evidence alone", async () => {
    await using room = await openDeskRoom();
    const verdict = verdictWith({ evidence: { storeId: 4 } });
    await room.store().recordViolations([{ verdict, sinceMs: 500 }]);
    const { lines } = await room.run(runTickets, ["list"], { json: true });
    expect(JSON.parse(lines.join(""))).toMatchObject([
      { violated_since_ms: 500, is_held: false, evidence: { storeId: 4 }, lease: null },
    ]);
  });

  test("cannot be moved or coloured by what a member wrote", async () => {
    await using room = await openDeskRoom();
    await claimedTicket(room.store(), "gone\u001b[2J\r\nTicket #9 -> resolved\u0007\u009b1m");
    const { lines } = await room.run(runTickets, ["list"]);
    expect(lines).toHaveLength(2);
    expect(lines.join("")).not.toMatch(/\p{Cc}/u);
    expect(lines[1]).toContain("gone␛[2J Ticket #9 -> resolved␇");
  });
});

describe("tickets show", () => {
  test("tells the ticket, its evidence, its history and its sessions", async () => {
    await using room = await openDeskRoom();
    const { session } = await claimedTicket(room.store());
    await room.store().escalateTicket(session.id, { stopReason: "gave_up", detail: "no idea" });
    const { lines } = await room.run(runTickets, ["show", "1"]);
    const text = lines.join("\n");
    expect(lines[0]).toBe("Ticket #1");
    expect(text).toMatch(/^state +escalated$/m);
    expect(text).toMatch(/^note +no idea$/m);
    expect(text).toContain('"status": 0');
    expect(text).toMatch(/Ticket #1 -> open: no answer\n.*-> claimed.*\n.*-> escalated: no idea/);
    expect(text).toMatch(new RegExp(`${session.id} +#1 +ended .* gave_up`));
  });

  test("gives programs the ticket with its sessions and events", async () => {
    await using room = await openDeskRoom();
    const { session } = await claimedTicket(room.store());
    const { lines } = await room.run(runTickets, ["show", "1"], { json: true });
    const shown = JSON.parse(lines.join(""));
    expect(shown).toMatchObject({
      ticket: { id: 1, session_id: session.id, lease: { agent_id: "agent-1" } },
      sessions: [{ id: session.id, started_at_ms: room.clock.now() }],
    });
    expect(shown.events.map(({ type }: { type: string }) => type)).toEqual([
      "ticket_opened",
      "session_started",
      "ticket_moved",
    ]);
  });
});

describe("a person's hand", () => {
  test("resolves, with a reason", async () => {
    await using room = await openDeskRoom();
    await fileThree(room);
    const ran = await room.run(runTickets, ["resolve", "2"], { reason: "rebooted it" });
    expect(ran).toMatchObject({ lines: ["Ticket #2 -> resolved (manual)"], exitCode: 0 });
    const moved = (await room.store().eventsOf({ ticketId: 2 })).at(-1);
    expect(moved?.content).toMatchObject({ event: "resolve", reason: "rebooted it" });
  });

  test("holds and lets go", async () => {
    await using room = await openDeskRoom();
    await fileThree(room);
    expect((await room.run(runTickets, ["hold", "1"])).lines).toEqual(["Ticket #1 -> open, held"]);
    expect((await room.run(runTickets, ["unhold", "1"])).lines).toEqual(["Ticket #1 -> open"]);
  });

  test("sends an escalated ticket back to work, and no other", async () => {
    await using room = await openDeskRoom();
    const { session } = await claimedTicket(room.store());
    const tooEarly = await room.run(runTickets, ["retry", "1"]);
    expect(tooEarly.failure).toMatchObject({
      code: "conflict",
      message: "cannot retry ticket 1: it is claimed, and must be escalated",
    });
    await room.store().escalateTicket(session.id, { stopReason: "gave_up", detail: "no idea" });
    expect((await room.run(runTickets, ["retry", "1"])).lines).toEqual(["Ticket #1 -> open"]);
  });
});

describe("a wrong word", () => {
  const cases: readonly [words: readonly string[], flags: Record<string, unknown>, says: string][] =
    [
      [["close", "1"], {}, "list, show, resolve, hold, unhold, retry"],
      [["list"], { status: "open,closed" }, "open, claimed, verifying, escalated, resolved"],
      [["list"], { limit: 0 }, "must be a number such as 1"],
      [["list"], { limit: 2.5 }, "must be a number such as 1"],
      [["show"], {}, "must be a number such as 1"],
      [["show", "one"], {}, "must be a number such as 1"],
      [["resolve", "9"], {}, "unknown ticket 9: the newest are 3, 2, 1"],
      [["resolve", "1", "2"], {}, 'surplus word "2": nothing more comes after "tickets resolve 1"'],
      [["list"], { subject: "mars" }, 'unknown subject "mars": one of tikv'],
    ];
  for (const [words, flags, says] of cases) {
    test(`is answered with the valid ones: tickets ${words.join(" ")}`, async () => {
      await using room = await openDeskRoom();
      await fileThree(room);
      const { failure, lines } = await room.run(runTickets, words, flags);
      expect(["usage", "not_found"]).toContain(failure?.code ?? "none");
      expect(failure?.message).toContain(says);
      expect(lines).toEqual([]);
    });
  }
});
