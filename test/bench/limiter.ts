// The limiter at full load, by a load in a process of its own: whether it keeps up, what it takes,
// whether it is exact as seen from outside, and how its latency stands beside a peer on the same
// Redis.
import { type Round, runRound } from "./limiter-round.ts";
import { type LimiterSite, type PeerSite, raiseLimiter, startPeer } from "./limiter-sites.ts";
import {
  type BenchContext,
  type Benchmark,
  type Figure,
  median,
  round,
  spread,
} from "./measure.ts";

const ROUNDS = 7;
/** More than two windows: denials can be judged from the second on. */
const PACE = { perSecond: 10_000, warmUpMs: 3_000, measureMs: 8_000 };
const ANSWERED_PER_SECOND_MIN = 9_900;
/**
 * A limiter stands before every request of others: this is what it may add to one in a hundred,
 * where three nodes, their proxy, Redis and the load itself share two cores.
 */
const P99_MS_MAX = 10;

export const limiter: Benchmark = {
  name: "limiter",
  describes: `${ROUNDS} rounds of ${PACE.perSecond} checks/s, and as many of a peer`,
  async run(bench) {
    if (Bun.which("redis-server") === null && Bun.which("valkey-server") === null) {
      bench.say("skipped: neither redis-server nor valkey-server is on PATH");
      return [];
    }
    await using ours = await raiseLimiter(bench);
    await using peer = await startPeer(ours);
    return figuresOf(await runRounds(bench, { ours, peer }));
  },
};

interface Rounds {
  readonly ours: Round[];
  readonly peer: Round[];
}

async function runRounds(
  { say }: BenchContext,
  sites: { readonly ours: LimiterSite; readonly peer: PeerSite },
): Promise<Rounds> {
  const rounds: Rounds = { ours: [], peer: [] };
  for (let seed = 1; seed <= ROUNDS; seed += 1) {
    for (const name of ["ours", "peer"] as const) {
      const done = await runRound(sites[name], { ...PACE, seed });
      rounds[name].push(done);
      say(
        `round ${seed}, ${name}: ${round(done.answeredPerSecond)}/s, p99 ${round(done.p99Ms)} ms`,
      );
    }
  }
  return rounds;
}

function figuresOf({ ours, peer }: Rounds): readonly Figure[] {
  const p99 = over(ours, ({ p99Ms }) => p99Ms);
  const peerP99 = over(peer, ({ p99Ms }) => p99Ms);
  return [
    {
      name: "limiter, checks answered",
      ...over(ours, ({ answeredPerSecond }) => answeredPerSecond),
      unit: "/s",
      bound: { min: ANSWERED_PER_SECOND_MIN },
    },
    ...exactnessOf(ours),
    { name: "limiter, p50", ...over(ours, ({ p50Ms }) => p50Ms), unit: "ms" },
    { name: "limiter, p99", ...p99, unit: "ms", bound: { max: P99_MS_MAX } },
    ...costOf("limiter", ours),
    { name: "limiter, p99 of the load's delay", ...over(ours, lateOf), unit: "ms" },
    { name: "peer, p99", ...peerP99, unit: "ms" },
    ...costOf("peer", peer),
    {
      name: "limiter's p99 to the peer's",
      value: p99.value / peerP99.value,
      unit: "",
      how: `in turn on one Redis; the peer, without proxy, allowed ${aboveLimit(peer)} too many`,
    },
  ];
}

/** Over all rounds: one is one too many. */
function exactnessOf(rounds: readonly Round[]): readonly Figure[] {
  const allowed = sumOf(rounds, (one) => one.allowed);
  const judged = sumOf(rounds, (one) => one.judgedDenials);
  const undecided = sumOf(rounds, (one) => one.undecided);
  return [
    {
      name: "limiter, allowed above the limit",
      value: aboveLimit(rounds),
      unit: "",
      bound: { max: 0 },
      how: `of ${allowed} allowed over 3 nodes, every window of every key; ${undecided} undecided`,
    },
    {
      name: "limiter, wrongly denied",
      value: sumOf(rounds, (one) => one.wronglyDenied),
      unit: "",
      bound: { max: 0 },
      how: `of ${judged} denials that could be judged`,
    },
  ];
}

function costOf(whose: string, rounds: readonly Round[]): readonly Figure[] {
  const names = Object.keys(rounds[0]?.coreShares ?? {});
  return names.map((name) => ({
    name: `${whose}, CPU of ${name}`,
    ...over(rounds, ({ coreShares }) => coreShares[name] ?? Number.NaN),
    unit: "% of a core",
  }));
}

function over(
  rounds: readonly Round[],
  pick: (one: Round) => number,
): Pick<Figure, "value" | "how"> {
  const values = rounds.map(pick);
  return { value: median(values), how: `median; ${spread(values)}` };
}

function lateOf({ lateP99Ms }: Round): number {
  return lateP99Ms;
}

function aboveLimit(rounds: readonly Round[]): number {
  return sumOf(rounds, ({ allowedAboveLimit }) => allowedAboveLimit);
}

function sumOf(rounds: readonly Round[], pick: (one: Round) => number): number {
  return rounds.reduce((sum, one) => sum + pick(one), 0);
}
