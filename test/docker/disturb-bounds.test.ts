// CPU, memory and disk of a member: changed while it runs, seen by the member itself, and as they
// were declared afterwards.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { testEngine } from "../support/docker-engine.ts";
import { noHelpers } from "../support/docker-operator.ts";
import { startTalkers, type Talkers } from "../support/docker-talkers.ts";

const NAMED = noHelpers === undefined ? "" : ` (skipped: ${noHelpers})`;
const MIB = 1024 * 1024;
const BOUNDED = `operator-test-bounded-${process.pid}`;
const UNBOUNDED = `operator-test-unbounded-${process.pid}`;

let talkers: Talkers;

beforeAll(async () => {
  if (noHelpers !== undefined) return;
  const { client } = await testEngine();
  const inMemory = { type: "tmpfs", device: "tmpfs", o: "size=16m" };
  await client.createVolume({ Name: BOUNDED, DriverOpts: inMemory });
  await client.createVolume({ Name: UNBOUNDED });
  talkers = await startTalkers(["one"], {
    labels: { "operator.cpus": "1.0", "operator.memory": "512m" },
    hostConfig: {
      NanoCpus: 1e9,
      Memory: 512 * MIB,
      Mounts: [
        { Type: "volume", Source: UNBOUNDED, Target: "/backup" },
        { Type: "volume", Source: BOUNDED, Target: "/data" },
      ],
    },
  });
});

afterAll(async () => {
  if (noHelpers !== undefined) return;
  await talkers[Symbol.asyncDispose]();
  const { client } = await testEngine();
  for (const name of [BOUNDED, UNBOUNDED]) await client.getVolume(name).remove();
});

function boundsTest(fact: string, work: () => Promise<void>): void {
  test.skipIf(noHelpers !== undefined)(`${fact}${NAMED}`, work);
}

boundsTest("CPU is taken away, and given back as declared", async () => {
  const before = await talkers.tell("one", "limits");
  await talkers.disturber.apply("one", { type: "cpu", cpus: 0.25 });
  expect((await talkers.statusOf("one")).disturbances).toEqual([
    { member: "one", type: "cpu", text: "cpu 0.25, declared 1" },
  ]);
  expect(await talkers.tell("one", "limits")).not.toEqual(before);
  await talkers.disturber.lift("one", "cpu");
  expect(await talkers.tell("one", "limits")).toEqual(before);
  expect((await talkers.statusOf("one")).disturbances).toEqual([]);
});

boundsTest("so is memory, also of a member that was stopped meanwhile", async () => {
  const before = await talkers.tell("one", "limits");
  await talkers.disturber.apply("one", { type: "memory", bytes: 256 * MIB });
  expect(await talkers.tell("one", "limits")).toMatchObject({ memory: String(256 * MIB) });
  await talkers.runtime.operate("one", "stop");
  expect((await talkers.statusOf("one")).disturbances).toEqual([
    { member: "one", type: "memory", text: "memory 256 MiB, declared 512 MiB" },
  ]);
  await talkers.disturber.lift("one");
  await talkers.runtime.operate("one", "start");
  expect(await talkers.tell("one", "limits")).toEqual(before);
});

boundsTest("a volume with a bound of its own is filled, and emptied", async () => {
  expect(await talkers.tell("one", "room")).toEqual({ bytes: 16 * MIB });
  await talkers.disturber.apply("one", { type: "disk", freeBytes: MIB });
  expect(await talkers.tell("one", "room")).toEqual({ bytes: MIB });
  expect((await talkers.statusOf("one")).disturbances).toEqual([
    { member: "one", type: "disk", text: "disk filled, 1 MiB left free" },
  ]);
  await talkers.runtime.operate("one", "restart");
  expect(await talkers.tell("one", "room")).toEqual({ bytes: MIB });
  await talkers.disturber.lift("one");
  expect(await talkers.tell("one", "room")).toEqual({ bytes: 16 * MIB });
  expect(await talkers.helpers()).toEqual([]);
});
