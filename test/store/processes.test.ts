// Several real processes on one database: they open it together, share the work, and get killed.
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { RecordedViolation } from "../../src/domain/ticket-ops.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { startOther, type Work } from "./other-process.ts";
import { firing, openRoom } from "./room.ts";

const TICKETS = 400;

test("processes that open a new database at once file each violation once", async () => {
  await using room = await openRoom();
  const path = join(room.dir, "new", "tickets.db");
  const monitors = ["file", "file", "file"] as const;
  const said = await Promise.all(monitors.map((work) => finish(work, path)));
  const recorded: readonly RecordedViolation[] = said.flat(2);
  expect(recorded.filter(({ isNew }) => isNew)).toHaveLength(5);
  using store = TicketOpsDB.open({ path, clock: room.clock });
  const tickets = await store.listTickets({ limit: 100 });
  expect(tickets.map(({ occurrences }) => occurrences)).toEqual(Array(5).fill(120));
  expect(await store.verifyAudit()).toMatchObject({ state: "intact", rows: 5 });
});

test("processes claim each ticket exactly once", async () => {
  await using room = await openRoom();
  const entities = Array.from({ length: TICKETS }, (_, index) => `member-${index}`);
  await room.store.recordViolations(entities.map((entity) => firing({ entity })));
  const works = ["claim", "claim", "claim", "claim"] as const;
  const claimed = (await Promise.all(works.map((work) => finish(work, room.path)))).flat();
  expect(claimed.toSorted((left, right) => left - right)).toEqual(
    Array.from({ length: TICKETS }, (_, index) => index + 1),
  );
  expect(await room.store.listSessions({ limit: TICKETS + 1 })).toHaveLength(TICKETS);
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact", rows: 3 * TICKETS });
});

test("a process killed in the middle of writing loses nothing that it had committed", async () => {
  await using room = await openRoom();
  const writers = [startOther("append", room.path), startOther("append", room.path)];
  const said = await Promise.all(writers.map(lastIdBeforeKill));
  const audit = await room.store.verifyAudit();
  expect(audit.state).toBe("intact");
  expect(audit.rows).toBeGreaterThanOrEqual(Math.max(...said));
  const event = { type: "tool_result", ticketId: null, sessionId: null, content: {} } as const;
  expect(await room.store.appendAudit(event)).toMatchObject({ id: audit.rows + 1 });
});

/** Runs it to its end; what it printed. */
async function finish(work: Work, path: string) {
  const other = startOther(work, path);
  const text = await new Response(other.stdout).text();
  expect(await other.exited).toBe(0);
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Kills the writer once it has written for a while; the last id that it had said. */
async function lastIdBeforeKill(writer: ReturnType<typeof startOther>): Promise<number> {
  let text = "";
  for await (const bytes of writer.stdout) {
    text += new TextDecoder().decode(bytes);
    if (text.split("\n").length > 50) writer.kill("SIGKILL");
  }
  await writer.exited;
  return Number(text.split("\n").slice(0, -1).at(-1));
}
