// One seed: a toy with its troubles, watched by monitors and worked on by agents of all characters,
// safe at every moment; then the trouble ends, and everything must come to a good end.
import { comeToAGoodEnd } from "./calm.ts";
import { createDice } from "./dice.ts";
import { startTrouble } from "./faults.ts";
import { startPerson } from "./people.ts";
import { isDoomed, planClimate, planCrowd } from "./plans.ts";
import { Processes } from "./processes.ts";
import { openRoom, type Room } from "./room.ts";
import type { Failure } from "./safety.ts";

export interface SimulatedRun {
  readonly seed: number;
  /** Undefined when everything that must be true was. */
  readonly failure: Failure | undefined;
  readonly hash: string;
  readonly events: number;
  readonly lines: readonly string[];
  /** How often each kind of thing happened. */
  readonly happenings: Readonly<Record<string, number>>;
}

export interface SimulationOptions {
  readonly seed: number;
  readonly keepsAll?: boolean;
}

/** Long enough for a few sessions, or for a dozen. */
const TROUBLE_MS = [10_000, 20_000, 35_000] as const;

/** Three attempts that end with a death, each with the time of its lease. */
const DOOM_MS = 60_000;

export async function simulate({
  seed,
  keepsAll = false,
}: SimulationOptions): Promise<SimulatedRun> {
  const dice = createDice(seed);
  using room = openRoom({ dice, keepsAll });
  const { trace, timeline, safety } = room.world;
  await live(room);
  await room.checkRecords();
  return {
    seed,
    failure: safety.failure,
    hash: trace.hash(),
    events: timeline.events,
    lines: trace.lines(),
    happenings: room.happenings(),
  };
}

async function live({ world, path, tickets, marks, lockStore, checkRecords }: Room): Promise<void> {
  const { dice, timeline, trace, safety } = world;
  const processes = new Processes(world, path);
  const crowd = planCrowd(dice.fork());
  for (const plan of crowd) processes.start(plan);
  let isTroubled = true;
  const isBusy = () => isTroubled;
  using person = startPerson(world, { path, dice: dice.fork(), isBusy });
  const climate = planClimate(dice);
  const trouble = startTrouble(world, { climate, processes, dice: dice.fork(), lockStore });
  await timeline.runUntil(isDoomed(crowd) ? DOOM_MS : dice.pick(TROUBLE_MS));
  isTroubled = false;
  trouble.end();
  processes.comesBack = false;
  processes.killAll();
  if (dice.chance(0.2)) await checkRecords();
  trace.add("now one good agent and one monitor");
  if (!safety.failure) await comeToAGoodEnd(world, { processes, person, tickets, marks });
  processes.killAll();
}
