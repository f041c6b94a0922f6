import { expect, test } from "bun:test";
import { createUsageLog } from "../../../subjects/ratelimiter/service/usage.ts";

const NOW_US = 1_800_000_000_000_000;

test("what is forgotten for want of room is said", () => {
  const usage = createUsageLog({ entriesMax: 3 });
  usage.noteRedisTime(NOW_US);
  for (let at = 1; at <= 5; at += 1) usage.addGrant({ key: "a", units: 1, atUs: NOW_US + at });
  expect(usage.read({ endUs: NOW_US + 5, windowMs: 1_000 })).toEqual({
    since_us: NOW_US + 2,
    items: [{ key: "a", allowed: 3, uncertain: 0 }],
    resets: [],
  });
});

test("a reset is told of while the window reaches back beyond it", () => {
  const usage = createUsageLog();
  usage.noteRedisTime(NOW_US);
  usage.addReset({ key: "a", atUs: NOW_US });
  expect(usage.read({ endUs: NOW_US - 500, windowMs: 1 }).resets).toEqual(["a"]);
  expect(usage.read({ endUs: NOW_US + 1_000, windowMs: 1 }).resets).toEqual([]);
});

test("what is older than the span is forgotten", () => {
  const usage = createUsageLog({ spanMs: 1_000 });
  usage.noteRedisTime(NOW_US);
  usage.addGrant({ key: "a", units: 1, atUs: NOW_US - 2_000_000 });
  usage.addGrant({ key: "b", units: 2, atUs: NOW_US });
  const { items } = usage.read({ endUs: NOW_US, windowMs: 60_000 });
  expect(items).toEqual([{ key: "b", allowed: 2, uncertain: 0 }]);
});

test("a window is open at its start and closed at its end", () => {
  const usage = createUsageLog();
  usage.noteRedisTime(NOW_US);
  for (const atUs of [NOW_US - 1_000, NOW_US - 999, NOW_US]) {
    usage.addGrant({ key: "a", units: 1, atUs });
  }
  const { items } = usage.read({ endUs: NOW_US, windowMs: 1 });
  expect(items).toEqual([{ key: "a", allowed: 2, uncertain: 0 }]);
});

test("an uncertain unit counts from when it was sent until some time after Redis answers", () => {
  const usage = createUsageLog({ lateMs: 100 });
  const sentMs = performance.now();
  usage.noteRedisTime(NOW_US);
  usage.addUncertain({ key: "a", units: 2 }, sentMs);
  const uncertainAt = (endUs: number) => usage.read({ endUs, windowMs: 50 }).items[0]?.uncertain;
  expect(uncertainAt(NOW_US - 400_000)).toBeUndefined();
  expect(uncertainAt(NOW_US + 60_000)).toBe(2);
  expect(uncertainAt(NOW_US + 3_600_000_000)).toBe(2);
  usage.noteRedisTime(NOW_US + 5_000_000);
  expect(uncertainAt(NOW_US + 5_140_000)).toBe(2);
  expect(uncertainAt(NOW_US + 5_400_000)).toBeUndefined();
});

test("what was granted before redis's clock was set back is not compared by it", () => {
  const usage = createUsageLog();
  usage.noteRedisTime(NOW_US);
  usage.addGrant({ key: "a", units: 3, atUs: NOW_US });
  const backUs = NOW_US - 60_000_000;
  usage.noteLateAnswer(backUs);
  const kept = usage.read({ endUs: NOW_US, windowMs: 1_000 });
  expect(kept.items).toEqual([{ key: "a", allowed: 3, uncertain: 0 }]);
  usage.noteRedisTime(backUs);
  usage.addGrant({ key: "a", units: 1, atUs: backUs + 1 });
  expect(usage.read({ endUs: NOW_US, windowMs: 90_000 })).toEqual({
    since_us: backUs,
    items: [{ key: "a", allowed: 1, uncertain: 0 }],
    resets: [],
  });
});

test("before redis has told its time, every uncertain unit counts", () => {
  const usage = createUsageLog();
  const nowMs = performance.now();
  usage.addUncertain({ key: "a", units: 1 }, nowMs);
  expect(usage.redisNowUs()).toBeUndefined();
  expect(usage.read({ endUs: 5, windowMs: 1 }).items).toEqual([
    { key: "a", allowed: 0, uncertain: 1 },
  ]);
});
