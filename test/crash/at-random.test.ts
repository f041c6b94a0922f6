// Monitor, agents and injectors are killed at random moments, again and again, while lamps go dark:
// in the end all are lit, and nothing was done twice. `bun run crash` does it for an hour.
import { expect, test } from "bun:test";
import { seededRandom } from "../../src/infra/clock.ts";
import { eventually } from "../support/eventually.ts";
import { expectHonest, pressesOf } from "./expect-well.ts";
import { type Kept, keep } from "./kept.ts";
import { openWorld, type World } from "./world.ts";

const LAMPS = ["a", "b", "c", "d", "e", "f"];
const SPEED = 20;
const ROUNDS = 10;
const ROUND_MS_MAX = 400;
const WITHIN_MS = 60_000;
/** Of the suite; there is no end of seeds for who has time. */
const SEEDS = [1, 2, 3];
const MINUTES = Number(process.env.CRASH_MINUTES ?? 0);
const FIRST_SEED = Number(process.env.CRASH_SEED ?? 1);

test(
  "whoever is killed at whatever moment, every lamp is lit in the end, by one press",
  async () => {
    const untilMs = Date.now() + MINUTES * 60_000;
    if (MINUTES === 0) await tellSeeds(SEEDS);
    for (let seed = FIRST_SEED; Date.now() < untilMs; seed += 1) {
      await tellSeed(seed);
      console.log(`seed ${seed}: ${ROUNDS} kills, all well`);
    }
  },
  Math.max(2 * WITHIN_MS, (MINUTES + 2) * 60_000),
);

/** All to their end, beside each other. */
async function tellSeeds(seeds: readonly number[]): Promise<void> {
  for (const told of await Promise.allSettled(seeds.map(tellSeed))) {
    if (told.status === "rejected") throw told.reason;
  }
}

async function tellSeed(seed: number): Promise<void> {
  try {
    await tellRounds(seededRandom(seed));
  } catch (cause) {
    const again = `CRASH_SEED=${seed} bun run crash`;
    throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : cause}; ${again}`);
  }
}

async function tellRounds(random: () => number): Promise<void> {
  await using world = await openWorld({ lamps: LAMPS, speed: SPEED });
  const daemons = [
    "monitor --subject lamps --interval 1s",
    "monitor --subject lamps --interval 1500ms",
    "agent --model runbook",
    "agent --model runbook",
  ].map((words) => keep(world, { words }));
  for (let round = 0; round < ROUNDS; round += 1) await tellRound({ world, daemons, random });
  await eventually(() => isAllWell(world), "all lamps are lit, all tickets resolved", WITHIN_MS);
  expect(await world.run("fault recover lamps")).toMatchObject({ exitCode: 0 });
  await expectHonest(world);
  for (const name of LAMPS) await expectPressed(world, name);
}

/** Never blindly; each press is a step, but a step whose agent died may have pressed nothing. */
async function expectPressed(world: World, name: string): Promise<void> {
  const { presses, harm } = world.lamp(name);
  const steps = await pressesOf(world, name);
  const done = steps.filter(({ state }) => state === "done");
  expect([name, harm]).toEqual([name, 0]);
  expect(presses).toBeGreaterThanOrEqual(done.length);
  expect(presses).toBeLessThanOrEqual(steps.length);
}

interface Round {
  readonly world: World;
  readonly daemons: readonly Kept[];
  readonly random: () => number;
}

/** A lamp goes dark, and somebody is killed: a daemon, or the one who has put it out. */
async function tellRound({ world, daemons, random }: Round): Promise<void> {
  const seed = Math.floor(random() * 1_000);
  const injector = world.start(`fault inject lamps darkness --seed ${seed}`);
  const victims = [...daemons, { kill: () => injector.kill("SIGKILL") }];
  await Bun.sleep(random() * ROUND_MS_MAX);
  victims[Math.floor(random() * victims.length)]?.kill();
  await injector.exited;
}

/** Whose agents died too often is given to a person, who sends it back to work. */
async function isAllWell(world: World): Promise<boolean> {
  const tickets = await world.store.listTickets({ limit: 1_000 });
  for (const { id, state } of tickets) {
    if (state === "escalated") await world.run(`tickets retry ${id}`);
  }
  const areResolved = tickets.every(({ state }) => state === "resolved");
  return areResolved && LAMPS.every((name) => world.lamp(name).isLit);
}
