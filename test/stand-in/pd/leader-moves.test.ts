// Which leaders are moved next, by table and by chance.
import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  type LeaderPicture,
  planBalance,
  planEvictions,
} from "../../../subjects/tikv/stand-in/pd/schedule/leader-moves.ts";

const NONE: readonly number[] = [];

test("nothing moves while the counts are within one", () => {
  expect(planBalance(picture({ leaders: [1, 1, 2, 2, 3] }))).toBeUndefined();
  expect(planBalance(picture({ leaders: [1, 1, 2, 3] }))).toBeUndefined();
});

test("a leader moves from the store with the most to the one with the fewest", () => {
  const move = planBalance(picture({ leaders: [1, 1, 1, 2, 2] }));
  expect(move).toEqual({ regionId: 1, toStoreId: 3 });
});

test("what is moving already counts for where it goes", () => {
  const moving = picture({ leaders: [1, 1, 1, 2, 2], movingTo: { 1: 3 } });
  expect(planBalance(moving)).toBeUndefined();
});

test("no leader is moved to a silent store, nor to an evicted one", () => {
  const leaders = [1, 1, 1, 2];
  expect(planBalance(picture({ leaders, silent: [3] }))).toEqual({ regionId: 1, toStoreId: 2 });
  expect(planBalance(picture({ leaders, evicted: [3] }))).toEqual({ regionId: 1, toStoreId: 2 });
});

test("no leader is moved to a peer that is down or behind", () => {
  expect(planBalance(picture({ leaders: [1, 1, 1], candidates: [1] }))).toBeUndefined();
});

test("twice the weight holds twice the leaders", () => {
  const even = picture({ leaders: [1, 1, 1, 1, 2, 2, 3, 3], weights: { 1: 2 } });
  expect(planBalance(even)).toBeUndefined();
});

test("an evicted store loses all leaders, as many at once as allowed", () => {
  const leaders = [2, 2, 2, 1];
  const moves = planEvictions(picture({ leaders, evicted: [2] }), 4);
  expect(moves).toEqual([
    { regionId: 1, toStoreId: 3 },
    { regionId: 2, toStoreId: 1 },
    { regionId: 3, toStoreId: 3 },
  ]);
  expect(planEvictions(picture({ leaders, evicted: [2] }), 2)).toHaveLength(2);
  expect(planEvictions(picture({ leaders, evicted: [2] }), 0)).toEqual([]);
});

test("a silent store's leaders are not asked to go, nor those on their way", () => {
  expect(planEvictions(picture({ leaders: [2], evicted: [2], silent: [2] }), 4)).toEqual([]);
  expect(planEvictions(picture({ leaders: [2], evicted: [2], movingTo: { 1: 3 } }), 4)).toEqual([]);
});

test("moving on and on ends with counts within one, whatever they were", () => {
  const anyLeaders = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 40 });
  fc.assert(
    fc.property(anyLeaders, (start) => {
      const leaders = [...start];
      for (let step = 0; step <= start.length; step += 1) {
        const move = planBalance(picture({ leaders }));
        if (!move) break;
        leaders[move.regionId - 1] = move.toStoreId;
      }
      const counts = [1, 2, 3].map((id) => leaders.filter((leader) => leader === id).length);
      return Math.max(...counts) - Math.min(...counts) <= 1;
    }),
  );
});

interface Sketch {
  /** The store that leads region 1, region 2, … */
  readonly leaders: readonly number[];
  readonly movingTo?: Readonly<Record<number, number>>;
  readonly silent?: readonly number[];
  readonly evicted?: readonly number[];
  readonly candidates?: readonly number[];
  readonly weights?: Readonly<Record<number, number>>;
}

function picture(sketch: Sketch): LeaderPicture {
  const { silent = NONE, evicted = NONE, candidates = [1, 2, 3] } = sketch;
  return {
    evicted,
    stores: [1, 2, 3].map((id) => ({
      id,
      isReady: !silent.includes(id),
      leaderWeight: sketch.weights?.[id] ?? 1,
    })),
    regions: sketch.leaders.map((leaderStoreId, index) => ({
      id: index + 1,
      leaderStoreId,
      candidates,
      movingTo: sketch.movingTo?.[index + 1],
    })),
  };
}
