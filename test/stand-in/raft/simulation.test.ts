// Raft under seeded faults: safe at every step, and alive again once they end.
import { expect, test } from "bun:test";
import { Simulation, STEP_MS } from "./simulation.ts";

const SEEDS = Array.from({ length: 30 }, (_, index) => 7 * index + 1);
const CHAOS_STEPS = 800;
const CALM_STEPS_MAX = 400;

for (const size of [3, 5]) {
  for (const seed of SEEDS) {
    test(`${size} members stay safe under faults and agree after them (seed ${seed})`, async () => {
      const simulation = new Simulation({ seed, size });
      for (let step = 0; step < CHAOS_STEPS; step += 1) await simulation.step();
      simulation.heal();
      await untilAllAgree(simulation);
      expectAcknowledgedOnce(simulation);
    });
  }
}

async function untilAllAgree(simulation: Simulation): Promise<void> {
  const before = simulation.safety.committed.size;
  for (let step = 0; step < CALM_STEPS_MAX; step += 1) {
    await simulation.step();
    const sizes = simulation.members.map(({ disk }) => disk.machine.applied.size);
    const isAgreed = sizes.every((size) => size === sizes[0]);
    if (isAgreed && simulation.safety.committed.size > before + 10) return;
  }
  throw new Error(`no agreement within ${CALM_STEPS_MAX * STEP_MS} ms of calm`);
}

function expectAcknowledgedOnce(simulation: Simulation): void {
  const committed = [...simulation.safety.committed.values()];
  expect(new Set(committed).size).toBe(committed.length);
  for (const { command, outcome } of simulation.outcomes) {
    if (outcome.state !== "applied") continue;
    expect(outcome.result).toBe(`did ${command}`);
    expect(simulation.safety.committed.get(outcome.index)).toBe(command);
  }
}
