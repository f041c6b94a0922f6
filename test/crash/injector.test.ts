// The injector, and who mends after it, are killed at every step of the ledger of faults and of the
// runtime below it: `fault recover` then leaves nothing of the fault.
import { expect, test } from "bun:test";
import { type FaultEntry, readLedger } from "../../src/faults/ledger.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { subjectPaths } from "../../src/runtimes/local/layout.ts";
import { processesNaming } from "../support/processes-naming.ts";
import { killEverywhere } from "./points.ts";
import { openWorld, type World } from "./world.ts";

const WITHIN_MS = 120_000;
/** Who waits for a member looks again and again; what it signals is signalled once. */
const POINTS = { atOnce: 2 };

interface Struck {
  readonly subject: "lamps" | "toy";
  readonly fault: string;
}

const CASES: readonly Struck[] = [
  { subject: "lamps", fault: "darkness" },
  { subject: "toy", fault: "toy_kill" },
  { subject: "toy", fault: "toy_pause" },
];

for (const struck of CASES) {
  const inject = `fault inject ${struck.subject} ${struck.fault}`;
  const recover = `fault recover ${struck.subject}`;

  test(
    `the injector of ${struck.fault} is killed at every step`,
    async () => {
      const passed = await killEverywhere(async ({ point }) => {
        await using world = await openStruck(struck);
        const { isKilled } = await world.run(inject, { point });
        await expectRecovered(world, struck);
        return isKilled;
      }, POINTS);
      expect(passed).toContain("ledger.appended");
    },
    WITHIN_MS,
  );

  test(
    `who recovers from ${struck.fault} is killed at every step`,
    async () => {
      const passed = await killEverywhere(async ({ point }) => {
        await using world = await openStruck(struck);
        await world.run(inject);
        const { isKilled } = await world.run(recover, { point });
        await expectRecovered(world, struck);
        return isKilled;
      }, POINTS);
      expect(passed).toContain("ledger.appended");
    },
    WITHIN_MS,
  );
}

async function openStruck({ subject }: Struck): Promise<World> {
  const world = await openWorld({ lamps: ["plain"], speed: 1 });
  if (subject === "toy") expect(await world.run("subject up toy")).toMatchObject({ exitCode: 0 });
  return world;
}

async function expectRecovered(world: World, { subject }: Struck): Promise<void> {
  const recovered = await world.run(`fault recover ${subject}`);
  expect(recovered).toMatchObject({ exitCode: 0 });
  expect(await ledgerOf(world, subject)).not.toContain("intended");
  expect(await ledgerOf(world, subject)).not.toContain("injected");
  expect(await world.run(`fault recover ${subject}`)).toMatchObject({
    text: "no fault is in force\n",
  });
  if (subject === "lamps") expect(world.lamp("plain")).toMatchObject({ isLit: true });
  else await expectToyWell(world);
}

async function ledgerOf({ home }: World, subject: string): Promise<readonly FaultEntry["state"][]> {
  const path = subjectPaths(home, subject).faults;
  return (await readLedger({ path, clock: systemClock })).map(({ state }) => state);
}

/** Each member is one process, and runs; nothing else does. */
async function expectToyWell(world: World): Promise<void> {
  const status = await world.run("subject status toy --json");
  const { members } = JSON.parse(status.text);
  expect(members).toMatchObject([{ state: "running" }, { state: "running" }]);
  expect(await processesNaming(world.home)).toHaveLength(2);
  expect(await world.run("subject down toy")).toMatchObject({ exitCode: 0 });
}
