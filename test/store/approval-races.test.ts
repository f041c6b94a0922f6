// Two persons who decide, and agents that use, at the same moment: of each approval one wins.
import { expect, test } from "bun:test";
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { asking } from "../support/asking.ts";
import { startDeciding, type Work } from "./deciding-process.ts";
import { openRoom, type Room, ticketIn } from "./room.ts";

const COUNT = 30;
const IDS = Array.from({ length: COUNT }, (_, index) => index + 1);

/** By a session that has its ticket, on the clock of other processes. */
async function askAll(room: Room): Promise<TicketOpsDB> {
  room.store[Symbol.dispose]();
  const store = TicketOpsDB.open({ path: room.path, clock: systemClock });
  const { sessionId } = await ticketIn(store, "claimed");
  await store.renewLease(sessionId, 600_000);
  for (const id of IDS) {
    const request = asking(sessionId, { operation: { id }, expiresInMs: 600_000 });
    await store.requestApproval(request);
  }
  return store;
}

/** What each of them won, all begun at once. */
async function race(room: Room, work: readonly Work[]): Promise<readonly (readonly number[])[]> {
  const others = work.map((one) => startDeciding(one, room.path));
  const lines = others.map(({ stdout }) => linesOf(stdout));
  for (const one of lines) expect((await one.next()).value).toBe("ready");
  for (const { stdin } of others) {
    stdin.write("go\n");
    stdin.end();
  }
  return Promise.all(lines.map(async (one) => (await Array.fromAsync(one)).map(Number)));
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

function sorted(ids: readonly (readonly number[])[]): readonly number[] {
  return ids.flat().toSorted((one, other) => one - other);
}

test("of two persons who decide at once one wins, and the other is told", async () => {
  await using room = await openRoom();
  using store = await askAll(room);
  const [approved = [], denied = []] = await race(room, ["approve", "deny"]);
  expect(sorted([approved, denied])).toEqual(IDS);
  for (const state of ["approved", "denied"] as const) {
    const ids = (await store.listApprovals({ state })).map(({ id }) => id);
    expect(sorted([ids])).toEqual(sorted([state === "approved" ? approved : denied]));
  }
  expect(await store.verifyAudit()).toMatchObject({ state: "intact" });
}, 60_000);

test("of three agents that use an approval at once one does", async () => {
  await using room = await openRoom();
  using store = await askAll(room);
  for (const id of IDS) await store.decideApproval(id, "approved");
  expect(sorted(await race(room, ["use", "use", "use"]))).toEqual(IDS);
  const used = (await store.eventsOf({})).filter(({ type }) => type === "approval_used");
  expect(used).toHaveLength(COUNT);
}, 60_000);
