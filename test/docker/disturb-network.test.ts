// What a disturbance of the network does to a member and its peers, as they measure it themselves,
// and that nothing is left of it.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import type { Disturbance } from "../../src/domain/disturbance.ts";
import { noHelpers } from "../support/docker-operator.ts";
import { startTalkers, type Talkers } from "../support/docker-talkers.ts";
import { eventually } from "../support/eventually.ts";

const NAMED = noHelpers === undefined ? "" : ` (skipped: ${noHelpers})`;

let talkers: Talkers;
let untouched: string;

beforeAll(async () => {
  if (noHelpers !== undefined) return;
  talkers = await startTalkers(["one", "two", "three"]);
  untouched = await talkers.networkOf("one");
});

afterEach(async () => {
  if (noHelpers === undefined) await talkers.disturber.lift("one");
});

afterAll(async () => {
  await talkers?.[Symbol.asyncDispose]();
});

/** While `disturbance` is in force of member one; afterwards its network is as it was. */
function disturbed(fact: string, disturbance: Disturbance, work: () => Promise<void>): void {
  test.skipIf(noHelpers !== undefined)(`${fact}${NAMED}`, async () => {
    await talkers.disturber.apply("one", disturbance);
    await work();
    expect(await talkers.helpers()).toEqual([`${disturbance.type} running`]);
    await talkers.disturber.lift("one", disturbance.type);
    expect(await talkers.helpers()).toEqual([]);
    expect((await talkers.statusOf("one")).disturbances).toEqual([]);
    expect(await talkers.networkOf("one")).toBe(untouched);
    expect(await talkers.ask("one", "two")).toMatchObject({ isAnswered: true });
  });
}

/** Sooner than any delay here would let it be; a busy machine may take several tries. */
async function soonFast(member: string, other: string, path?: string): Promise<void> {
  const isFast = async () => {
    const { isAnswered, tookMs } = await talkers.ask(member, other, path);
    return isAnswered && tookMs < 170;
  };
  await eventually(isFast, `${member} reaches ${other} without a delay`);
}

disturbed(
  "a partition parts a member from its peers, and from nobody else",
  { type: "partition", direction: "both", peers: ["two"] },
  async () => {
    expect((await talkers.statusOf("one")).disturbances).toEqual([
      { member: "one", type: "partition", text: "partition from two" },
    ]);
    expect((await talkers.statusOf("two")).disturbances).toEqual([]);
    const asked = await Promise.all([
      talkers.ask("one", "two"),
      talkers.ask("two", "one"),
      talkers.ask("three", "one"),
      talkers.ask("one", "three"),
    ]);
    expect(asked.map(({ isAnswered }) => isAnswered)).toEqual([false, false, true, true]);
  },
);

disturbed(
  "a member that hears nothing from a peer is heard by it",
  { type: "partition", direction: "in", peers: ["two"] },
  async () => {
    expect(await talkers.arrive({ from: "two", to: "one", n: 50 })).toBe(0);
    expect(await talkers.arrive({ from: "one", to: "two", n: 50 })).toBe(50);
    expect(await talkers.ask("two", "one")).toMatchObject({ isAnswered: false });
  },
);

disturbed(
  "a member that a peer hears nothing from hears it",
  { type: "partition", direction: "out", peers: ["two"] },
  async () => {
    expect(await talkers.arrive({ from: "two", to: "one", n: 50 })).toBe(50);
    expect(await talkers.arrive({ from: "one", to: "two", n: 50 })).toBe(0);
    expect(await talkers.ask("one", "two")).toMatchObject({ isAnswered: false });
  },
);

disturbed(
  "of packets to and from a peer the share is lost, of others none",
  { type: "loss", percent: 50, peers: ["two"] },
  async () => {
    // Six standard deviations of 400 throws of a coin are 60.
    expect(await talkers.arrive({ from: "one", to: "two", n: 400 })).toBeWithin(140, 260);
    expect(await talkers.arrive({ from: "two", to: "one", n: 400 })).toBeWithin(140, 260);
    expect(await talkers.arrive({ from: "one", to: "three", n: 400 })).toBe(400);
  },
);

disturbed(
  "what a member sends is bounded, also to who observes it, and what it hears is not",
  { type: "bandwidth", kbitPerSecond: 1_000 },
  async () => {
    // 125,000 bytes are a second; a bucket of 16 KiB is full at the beginning.
    const out = await talkers.ask("two", "one", "bytes?n=125000");
    expect(out.bytes).toBe(125_000);
    expect(out.tookMs).toBeGreaterThan(700);
    await soonFast("one", "two", "bytes?n=125000");
  },
);

test.skipIf(noHelpers !== undefined)(
  `latency strikes both who calls and who is called, and connections that were there${NAMED}`,
  async () => {
    const { ask, disturber } = talkers;
    await ask("one", "two");
    await ask("two", "one");
    const latency = { type: "latency", delayMs: 200, jitterMs: 20, peers: ["two"] } as const;
    await disturber.apply("one", latency);
    for (const [caller, called] of [
      ["one", "two"],
      ["two", "one"],
    ] as const) {
      const opening = await ask(caller, called);
      const next = await ask(caller, called);
      expect([opening.isAnswered, next.isAnswered]).toEqual([true, true]);
      expect(opening.tookMs).toBeGreaterThan(350);
      expect(next.tookMs).toBeGreaterThan(175);
    }
    expect((await ask("one", "two", "bytes?n=200000")).bytes).toBe(200_000);
    expect((await ask("two", "one", "bytes?n=200000")).bytes).toBe(200_000);
    await soonFast("three", "one");
    await disturber.lift("one", "latency");
    await soonFast("one", "two");
    await soonFast("two", "one");
    expect(await talkers.networkOf("one")).toBe(untouched);
    expect(await talkers.helpers()).toEqual([]);
  },
);

test.skipIf(noHelpers !== undefined)(
  `a peer that is restarted at another address stays struck${NAMED}`,
  async () => {
    const { disturber, runtime, ask, addressOf } = talkers;
    await disturber.apply("one", { type: "partition", direction: "both", peers: ["two"] });
    const before = await addressOf("two");
    const names = ["two", "three"];
    const places = new Map<string, number>();
    for (const name of names) places.set(name, Number((await addressOf(name)).split(".").at(-1)));
    await Promise.all(names.map((name) => runtime.operate(name, "stop")));
    // Who starts first takes the lowest address that is free.
    const higherFirst = names.toSorted((a, b) => (places.get(b) ?? 0) - (places.get(a) ?? 0));
    for (const name of higherFirst) await runtime.operate(name, "start");
    expect(await addressOf("two")).not.toBe(before);
    const isStruck = async () => !(await ask("one", "two")).isAnswered;
    await eventually(isStruck, "the new address is struck", 10_000);
    const isFree = async () => (await ask("one", "three")).isAnswered;
    await eventually(isFree, "who has the old address is not", 10_000);
  },
);

test.skipIf(noHelpers !== undefined)(
  `a peer that does not run is struck as soon as it does${NAMED}`,
  async () => {
    const { disturber, runtime, ask } = talkers;
    await runtime.operate("two", "stop");
    await disturber.apply("one", { type: "partition", direction: "both", peers: ["two"] });
    await runtime.operate("two", "start");
    const isStruck = async () => !(await ask("one", "two")).isAnswered;
    await eventually(isStruck, "the peer is struck");
  },
);
