// One repair from the violation to its proof, in which one process dies at one point, and is
// started again. What must be true in the end is the same for every point.
import { expect } from "bun:test";
import { OperatorError } from "../../src/domain/errors.ts";
import type { Session } from "../../src/domain/session.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import { replaySession } from "../../src/replay/replay.ts";
import { eventually } from "../support/eventually.ts";
import { keep } from "./kept.ts";
import { openWorld, type World } from "./world.ts";

export interface RepairStory {
  readonly lamp: string;
  /** Who dies, and where; nobody when absent. */
  readonly death?: { readonly of: "monitor" | "agent"; readonly point: string };
}

const SPEED = 20;
const MONITOR = "monitor --subject lamps --interval 1s";
const AGENT = "agent --model runbook";
const WITHIN_MS = 30_000;
/** From the last thing that a process has to write to its death there. */
const DEATH_WITHIN_MS = 500;

/** How often the one who should die did so. */
export async function tellRepair({ lamp, death }: RepairStory): Promise<number> {
  await using world = await openWorld({ lamps: [lamp], speed: SPEED });
  const pointOf = (who: string) => (death?.of === who ? death.point : undefined);
  world.do(lamp, "break");
  const monitor = keep(world, { words: MONITOR, point: pointOf("monitor") });
  await eventually(() => ticketOf(world), "a ticket is opened", WITHIN_MS);
  const agent = keep(world, { words: AGENT, point: pointOf("agent") });
  const isOver = async () => (await isResolved(world)) && (agent.deaths() > 0 || isWritten(world));
  await eventually(isOver, "the ticket is resolved, and all is written", WITHIN_MS);
  const dying = death?.of === "monitor" ? monitor : agent;
  await Promise.race([dying.hasDied, Bun.sleep(DEATH_WITHIN_MS)]);
  await expectRepaired(world, lamp);
  return dying.deaths();
}

async function isResolved(world: World): Promise<boolean> {
  return (await ticketOf(world))?.state === "resolved";
}

/** The agent has nothing more to write of its session. */
async function isWritten({ store }: World): Promise<boolean> {
  const session = (await store.sessionsOf(1)).at(-1);
  if (!session) return false;
  const last = (await store.eventsOf({ sessionId: session.id })).at(-1);
  return last?.type === "session_recorded" && last.content.isLast === true;
}

async function ticketOf(world: World): Promise<Ticket | undefined> {
  try {
    return await world.store.getTicket(1);
  } catch (error) {
    // The monitor has not made it yet.
    if (error instanceof OperatorError && error.code === "database") return undefined;
    throw error;
  }
}

/** Done once and not twice, on record, proved, and nothing left that somebody would wait for. */
async function expectRepaired(world: World, name: string): Promise<void> {
  const { store } = world;
  expect(world.lamp(name)).toEqual({ isLit: true, presses: 1, harm: 0 });
  expect(await store.verifyAudit()).toMatchObject({ state: "intact" });
  const tickets = await store.listTickets({ limit: 9 });
  expect(tickets.map(({ id, lease }) => ({ id, lease }))).toEqual([{ id: 1, lease: null }]);
  const sessions = await store.sessionsOf(1);
  expect(sessions.filter(({ endedAtMs }) => endedAtMs === null)).toEqual([]);
  await expectSettled(world, sessions);
  for (const { id } of sessions) {
    const replay = await replaySession(await store.eventsOf({ sessionId: id }));
    expect(replay.state).not.toBe("different");
  }
}

/** The press is on record once; what a session left open, the next one has looked after. */
async function expectSettled({ store }: World, sessions: readonly Session[]): Promise<void> {
  const journals = await Promise.all(sessions.map(({ id }) => store.journalOf(id)));
  const states = journals.flat().map(({ state }) => state);
  const isLastOpen = journals.at(-1)?.some(({ state }) => state === "intended") ?? false;
  const pressed = states.filter((state) => state === "done" || state === "took_effect");
  expect(pressed).toHaveLength(isLastOpen ? 0 : 1);
  expect(states.filter((state) => state === "intended")).toHaveLength(isLastOpen ? 1 : 0);
}
