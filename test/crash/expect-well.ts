// What must be true at the end of every story, wherever somebody died in it.
import { expect } from "bun:test";
import type { JournalEntry, Session } from "../../src/domain/session.ts";
import { replaySession } from "../../src/replay/replay.ts";
import { LAMPS } from "./lamps.ts";
import type { World } from "./world.ts";

/** A session, with what it left. */
interface Left {
  readonly session: Session;
  readonly journal: readonly JournalEntry[];
  /** It came as far as its briefing, and so past looking after what others had begun. */
  readonly hasLooked: boolean;
}

/** Of the story of one lamp, which went dark once. */
export async function expectWell(world: World, name: string): Promise<void> {
  const isRepaired = name !== LAMPS.puzzling && name !== LAMPS.clumsy;
  const presses = isRepaired ? 1 : 0;
  expect(world.lamp(name)).toEqual({ isLit: isRepaired, isTurned: false, presses, harm: 0 });
  const steps = await pressesOf(world, name);
  expect(steps.filter(({ state }) => state !== "had_no_effect")).toHaveLength(presses);
  await expectHonest(world);
}

/** The audit is whole, every session is over, and every step is known that can be. */
export async function expectHonest({ store }: World): Promise<void> {
  expect(await store.verifyAudit()).toMatchObject({ state: "intact" });
  const tickets = await store.listTickets({ limit: 1_000 });
  expect(tickets.filter(({ lease }) => lease !== null)).toEqual([]);
  const sessions = (await Promise.all(tickets.map(({ id }) => store.sessionsOf(id)))).flat();
  expect(sessions.filter(({ endedAtMs }) => endedAtMs === null)).toEqual([]);
  const left: Left[] = [];
  for (const session of sessions) {
    const events = await store.eventsOf({ sessionId: session.id });
    expect((await replaySession(events)).state).not.toBe("different");
    const hasLooked = events.some(({ type }) => type === "session_briefed");
    left.push({ session, journal: await store.journalOf(session.id), hasLooked });
  }
  expect(left.filter((one) => isForgotten(one, left))).toEqual([]);
}

/** It left a step open, and one that came after it has not looked after that. */
function isForgotten({ session, journal }: Left, all: readonly Left[]): boolean {
  const endedAtMs = session.endedAtMs ?? Number.POSITIVE_INFINITY;
  const isOpen = journal.some(({ state }) => state === "intended");
  return isOpen && all.some((other) => other.hasLooked && other.session.startedAtMs >= endedAtMs);
}

/** Steps that pressed it, or meant to. */
export async function pressesOf({ store }: World, name: string): Promise<readonly JournalEntry[]> {
  const tickets = await store.listTickets({ limit: 1_000 });
  const ofLamp = tickets.filter(({ entity }) => entity === name);
  const sessions = (await Promise.all(ofLamp.map(({ id }) => store.sessionsOf(id)))).flat();
  const journals = await Promise.all(sessions.map(({ id }) => store.journalOf(id)));
  return journals.flat().filter(({ operation }) => operation.action === "press");
}
