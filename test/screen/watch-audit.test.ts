import { expect, test } from "bun:test";
import { eventsSince } from "../../src/commands/watch-audit.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";

test.each([0, 1, 2, 3, 4, 499, 500, 501, 517])(
  "of %d events the first time gives the last 500, and the next what came since",
  async (count) => {
    using store = TicketOpsDB.open({ path: ":memory:", clock: systemClock });
    await append(store, count);
    const first = await eventsSince(store, undefined);
    const from = Math.max(0, count - 500);
    const ids = Array.from({ length: count - from }, (_, index) => from + index + 1);
    expect(first.map(({ id }) => id)).toEqual(ids);
    await append(store, 2);
    const next = await eventsSince(store, first.at(-1));
    expect(next.map(({ id }) => id)).toEqual([count + 1, count + 2]);
    expect(await eventsSince(store, next.at(-1))).toEqual([]);
  },
);

test("in another database it begins anew, whatever the numbers", async () => {
  using before = TicketOpsDB.open({ path: ":memory:", clock: systemClock });
  using after = TicketOpsDB.open({ path: ":memory:", clock: systemClock });
  await append(before, 3);
  const seen = (await eventsSince(before, undefined)).at(-1);
  expect(await eventsSince(after, seen)).toEqual([]);
  await append(after, 4, "other");
  expect((await eventsSince(after, seen)).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
});

async function append(store: TicketOpsDB, count: number, text = "said"): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const content = { text };
    await store.appendAudit({ type: "tool_result", ticketId: null, sessionId: null, content });
  }
}
