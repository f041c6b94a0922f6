// One repair from the violation to its end, in which one process dies at one point, and is started
// again. What must be true in the end is the same for every point.
import { expect } from "bun:test";
import { OperatorError } from "../../src/domain/errors.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import { eventually } from "../support/eventually.ts";
import { expectWell } from "./expect-well.ts";
import { type Kept, keep } from "./kept.ts";
import { LAMPS } from "./lamps.ts";
import { hirePerson, type Person } from "./person.ts";
import { openWorld, type World } from "./world.ts";

export interface RepairStory {
  readonly lamp: keyof typeof LAMPS;
  /** Also of the agent; execute when absent. */
  readonly mode?: "execute" | "approve";
  readonly death: Death;
  /** With more time for everything. */
  readonly isSlow: boolean;
}

export interface Death {
  readonly of: Role;
  readonly point: string;
  /** Where the agent has died before, in another life if it is the agent that dies. */
  readonly earlier?: string | undefined;
}

export type Role = "monitor" | "agent" | "person";

interface Cast {
  readonly world: World;
  readonly monitor: Kept;
  readonly agent: Kept;
  readonly person: Person;
}

const SPEED = 20;
const SLOW_SPEED = 4;
const WITHIN_MS = 60_000;
/** From the last thing that a process has to write to its death there. */
const DEATH_WITHIN_MS = 500;
/** These repairs do not succeed, and a person is asked. */
const HOPELESS: readonly string[] = [LAMPS.puzzling, LAMPS.clumsy];

/** Whether the one who should die did so. */
export async function tellRepair(story: RepairStory): Promise<boolean> {
  const { lamp, mode = "execute", death, isSlow } = story;
  await using world = await openWorld({ lamps: [lamp], speed: isSlow ? SLOW_SPEED : SPEED });
  const pointsOf = (role: Role) => (death.of === role ? [death.point] : []);
  const earlier = death.earlier === undefined ? [] : [death.earlier];
  world.do(lamp, "break");
  const words = "monitor --subject lamps --interval 1s";
  const monitor = keep(world, { words, points: pointsOf("monitor") });
  await eventually(() => ticketOf(world), "a ticket is opened", WITHIN_MS);
  const person = hirePerson(world, pointsOf("person")[0]);
  if (death.of === "person") await hesitate(person);
  const agent = keep(world, {
    words: `agent --model runbook --mode ${mode} --command-max 5s`,
    points: [...earlier, ...pointsOf("agent")],
    ...(death.of === "monitor" ? { beforeRestart: () => untilFree(world) } : {}),
  });
  if (mode === "approve") person.approve();
  const end = HOPELESS.includes(lamp) ? "escalated" : "resolved";
  const cast = { world, monitor, agent, person };
  await eventually(() => hasEnded(cast, end), `the ticket is ${end}`, WITHIN_MS);
  const others = death.of === "agent" ? earlier.length : 0;
  await diesWithin(cast[death.of], others + 1);
  await expectWell(world, lamp);
  expect((await world.store.sessionsOf(1)).length).toBeLessThanOrEqual(1 + agent.deaths());
  return cast[death.of].deaths() > others;
}

/** Else the agent that comes after it may be the first to see that its lease is over. */
function untilFree(world: World): Promise<boolean> {
  const isFree = async () => (await ticketOf(world))?.lease === null;
  return eventually(isFree, "the monitor has freed the ticket", WITHIN_MS);
}

async function hesitate(person: Person): Promise<void> {
  await person.type("tickets hold 1");
  await person.type("tickets unhold 1");
}

/** Undefined until there is one. */
export async function ticketOf(world: World): Promise<Ticket | undefined> {
  try {
    return await world.store.getTicket(1);
  } catch (error) {
    // The monitor has not made it yet.
    if (error instanceof OperatorError && error.code === "database") return undefined;
    throw error;
  }
}

/** And the agent has nothing more to write of its session. */
async function hasEnded({ world, agent }: Cast, end: Ticket["state"]): Promise<boolean> {
  if ((await ticketOf(world))?.state !== end) return false;
  if (agent.deaths() > 0) return true;
  const { id: sessionId = "" } = (await world.store.sessionsOf(1)).at(-1) ?? {};
  const last = (await world.store.eventsOf({ sessionId })).at(-1);
  return last?.type === "session_recorded" && last.content.isLast === true;
}

/** The last points come after all that can be seen. */
async function diesWithin(dying: Pick<Kept, "deaths">, times: number): Promise<void> {
  const untilMs = Date.now() + DEATH_WITHIN_MS;
  while (dying.deaths() < times && Date.now() < untilMs) await Bun.sleep(10);
}
