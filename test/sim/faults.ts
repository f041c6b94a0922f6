// What goes wrong by itself: members, sight, the store, processes, clocks. Random, until it is told
// to end.
import { MEMBERS, type MemberTruth } from "./cluster.ts";
import type { Dice } from "./dice.ts";
import type { Processes } from "./processes.ts";
import type { World } from "./world.ts";

export interface Trouble {
  end(): void;
}

/** How often each happens, on average, in milliseconds; 0 for never. */
export interface Climate {
  readonly memberMs: number;
  readonly sightMs: number;
  readonly storeMs: number;
  readonly deathMs: number;
  readonly jumpMs: number;
  /** Of a call of the store after which its process is gone. */
  readonly deathAfterCall: number;
}

export interface TroubleOptions {
  readonly climate: Climate;
  readonly processes: Processes;
  readonly dice: Dice;
  /** Takes the store's lock, as another program would; the result lets go of it. */
  readonly lockStore: () => () => void;
}

const JUMPS_MS = [-300_000, -40_000, -6_000, -700, 700, 6_000, 40_000, 300_000] as const;

export function startTrouble(world: World, options: TroubleOptions): Trouble {
  const { climate, processes, dice } = options;
  const { timeline, weather, afterDeed, cluster } = world;
  weather.deathAfterCall = climate.deathAfterCall;
  let isOver = false;
  const now = (happen: () => void) => {
    if (!isOver) happen();
  };
  const again = (everyMs: number, happen: () => void) => {
    if (everyMs === 0) return;
    timeline.after(dice.between(Math.round(everyMs / 4), 2 * everyMs), () =>
      now(() => {
        happen();
        again(everyMs, happen);
      }),
    );
  };
  const lift: (() => void)[] = [];
  const forAWhile = (mostMs: number, end: () => void) => {
    lift.push(end);
    timeline.after(dice.between(200, mostMs), () => now(end));
  };
  again(climate.memberMs, () => strike(world, { dice, member: dice.pick(MEMBERS), now }));
  again(climate.sightMs, () => {
    const some = MEMBERS.filter(() => dice.chance(0.4));
    weather.blind = new Set(dice.chance(0.3) ? MEMBERS : some);
    forAWhile(5_000, () => {
      weather.blind = new Set();
    });
  });
  again(climate.storeMs, () => {
    if (dice.chance(0.4)) return forAWhile(7_000, options.lockStore());
    weather.store = dice.pick(["full", "broken"]);
    forAWhile(14_000, () => {
      weather.store = "fine";
    });
  });
  again(climate.jumpMs, () => {
    weather.wallAheadMs += dice.pick(JUMPS_MS);
    world.trace.add(`the clock is set: ${weather.wallAheadMs} ms ahead`);
  });
  again(climate.deathMs, () => {
    const lives = processes.lives();
    if (lives.length === 0) return;
    if (dice.chance(0.7)) processes.kill(dice.pick(lives));
    else processes.terminate(dice.pick(lives));
  });
  afterDeed.listener = (member) => {
    if (isOver || !dice.chance(0.08)) return;
    const struck = dice.chance(0.5) && member !== "" ? member : dice.pick(MEMBERS);
    timeline.after(dice.between(0, 600), () =>
      now(() => strike(world, { dice, member: struck, now })),
    );
  };
  return {
    end() {
      isOver = true;
      for (const end of lift) end();
      weather.deathAfterCall = 0;
      weather.mishap = 0;
      weather.hang = 0;
      world.trace.add(`trouble is over: ${[...cluster.truth().values()].map(({ run }) => run)}`);
    },
  };
}

interface Strike {
  readonly dice: Dice;
  readonly member: string;
  readonly now: (happen: () => void) => void;
}

const WAYS: readonly Partial<MemberTruth>[] = [
  { run: "stopped" },
  { run: "stopped" },
  { run: "paused" },
  { isSlow: true },
  { isDeclared: false },
];

function strike({ cluster, timeline, trace }: World, { dice, member, now }: Strike): void {
  const way = dice.pick(WAYS);
  trace.add(`${member} is struck: ${JSON.stringify(way)}`);
  const fall = () => cluster.change(member, way, "fault");
  const rise = () => cluster.change(member, { run: "running", isSlow: false }, "fault");
  fall();
  if (dice.chance(0.25)) timeline.after(dice.between(300, 9_000), () => now(rise));
  if (!dice.chance(0.12)) return;
  for (let times = dice.between(1, 4), atMs = 0; times > 0; times -= 1) {
    atMs += dice.between(500, 2_500);
    timeline.after(atMs, () => now(rise));
    atMs += dice.between(500, 2_500);
    timeline.after(atMs, () => now(fall));
  }
}
