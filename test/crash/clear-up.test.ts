// Whoever takes back what dead agents have left is killed at every step that it writes down, and
// started again: it is taken back once, and the ticket stays with the person.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { eventually } from "../support/eventually.ts";
import { verdictWith } from "../support/verdicts.ts";
import { expectHonest } from "./expect-well.ts";
import { hurry } from "./hurry.ts";
import { keep } from "./kept.ts";
import { LAMPS } from "./lamps.ts";
import { killEverywhere, type Telling } from "./points.ts";
import { openWorld, type World } from "./world.ts";

const SPEED = 20;
const SLOW_SPEED = 4;
const WITHIN_MS = 60_000;
const DEATH_WITHIN_MS = 500;
const REPEATS = /^store\.quiet\./;
const LAMP = LAMPS.clumsy;

/** Three attempts, of which the last has turned the lamp and not come to say so. */
async function dieInEveryAttempt({ home, do: doTo }: World, speed: number): Promise<void> {
  const clock = hurry(systemClock, speed);
  using store = TicketOpsDB.open({ path: join(home, "tickets.db"), clock, backoffMs: 1 });
  const dark = { subject: "lamps", invariant: "lamp_lit", entity: LAMP };
  await store.recordViolations([{ verdict: verdictWith(dark), sinceMs: clock.now() }]);
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const claim = { agentId: "doomed", leaseMs: 600_000, model: "m", mode: "execute" } as const;
    const { session } = await eventually(() => store.claim(claim), "its backoff is over");
    if (attempt === 3) await turn(store, session.id);
    await store.renewLease(session.id, 1);
    await eventually(async () => (await store.expireLeases()).length > 0, "its lease is over");
  }
  doTo(LAMP, "turn");
}

async function turn(store: TicketOpsDB, sessionId: string): Promise<void> {
  const call = { action: "turn_back", target: LAMP, args: {} };
  await store.beginStep({
    ...{ sessionId, kind: "act", targets: [LAMP], undo: { type: "call", call } },
    operation: { action: "turn", target: LAMP, args: {} },
  });
}

/** Whether the agent died there. */
async function tellClearingUp({ point, isSlow }: Telling): Promise<boolean> {
  const speed = isSlow ? SLOW_SPEED : SPEED;
  await using world = await openWorld({ lamps: [LAMP], speed });
  world.do(LAMP, "break");
  await dieInEveryAttempt(world, speed);
  const agent = keep(world, { words: "agent --model runbook --lease 10s", points: [point] });
  const isOver = async () => {
    const ticket = await world.store.getTicket(1);
    const isCleared = ticket?.note?.includes("cleared up after that");
    return isCleared && (agent.deaths() > 0 || (await isRecorded(world)));
  };
  await eventually(isOver, "it is cleared up", WITHIN_MS);
  const untilMs = Date.now() + DEATH_WITHIN_MS;
  while (agent.deaths() === 0 && Date.now() < untilMs) await Bun.sleep(10);
  expect(world.lamp(LAMP)).toEqual({ isLit: false, isTurned: false, presses: 0, harm: 0 });
  expect(await world.store.getTicket(1)).toMatchObject({ state: "escalated", attempts: 3 });
  await expectHonest(world);
  return agent.deaths() > 0;
}

/** The agent has nothing more to write of its session. */
async function isRecorded({ store }: World): Promise<boolean> {
  const { id: sessionId = "" } = (await store.sessionsOf(1)).at(-1) ?? {};
  const last = (await store.eventsOf({ sessionId })).at(-1);
  return last?.type === "session_recorded" && last.content.isLast === true;
}

test("killed at every step of clearing up", async () => {
  const reached = await killEverywhere(tellClearingUp, { repeats: REPEATS, atOnce: 4 });
  expect(reached.join(" ")).toMatch(/session_started.*step_settled.*step_begun.*step_undone/);
}, 300_000);
