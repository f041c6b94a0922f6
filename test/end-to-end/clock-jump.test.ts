// The whole loop, as processes, while the wall clock of its machine is set back and forward by
// hours: the ticket is not stuck, and the repair is verified.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { movedClock } from "../support/moved-clock.ts";
import { openWorld, type Program, type World } from "./world.ts";

const HOUR_MS = 3_600_000;

let world: World;
beforeEach(async () => {
  world = openWorld();
  await world.run(["subject", "up", "tikv", "--time-scale", "20"]);
}, 30_000);
afterEach(() => world[Symbol.asyncDispose](), 30_000);

/** At once for everybody who reads it. */
function setClock(aheadMs: number): string {
  const file = join(world.scratch, "ahead");
  writeFileSync(`${file}.new`, String(aheadMs));
  renameSync(`${file}.new`, file);
  return file;
}

function startBoth(): { readonly monitor: Program; readonly agent: Program } {
  const env = movedClock(setClock(0));
  const whose = ["--subject", "tikv"];
  return {
    monitor: world.start(["monitor", ...whose, "--interval", "500ms"], env),
    agent: world.start(["agent", ...whose, "--model", "runbook"], env),
  };
}

/** A store is killed, and the clock is set while its ticket is worked on; how that ended. */
async function repairWhileSetTo(aheadMs: number): Promise<unknown> {
  const { monitor, agent } = startBoth();
  await monitor.untilLine(/all invariants hold/);
  await world.run(["subject", "kill", "tikv", "tikv2"]);
  await agent.untilLine(/Processing ticket #1/);
  setClock(aheadMs);
  await monitor.untilLine(/^Ticket #1 .* resolved/);
  await world.run(["audit", "verify"]);
  return JSON.parse((await world.run(["tickets", "show", "1", "--json"])).join("")).ticket;
}

test("set back in the middle of a repair, it ends as a verified fix all the same", async () => {
  const ticket = await repairWhileSetTo(-5 * HOUR_MS);
  expect(ticket).toMatchObject({ resolution: "verified_fix", attempts: 1 });
}, 60_000);

test("set forward, the lease may end early, and the ticket is resolved all the same", async () => {
  const ticket = await repairWhileSetTo(5 * HOUR_MS);
  expect(ticket).toMatchObject({
    state: "resolved",
    resolution: expect.not.stringMatching("manual"),
  });
}, 60_000);
