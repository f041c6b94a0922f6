// After a crash: the next session is told what the last one meant to do and did.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { replaySession } from "../../src/replay/replay.ts";
import { eventually } from "../support/eventually.ts";
import { concludeCall, says } from "../support/scripted-model.ts";
import { openWorld } from "./world.ts";

const DOOMED = join(import.meta.dir, "doomed-agent.ts");

test("kill -9 in the middle of a command: the next agent checks before it repeats", async () => {
  using world = openWorld({ script: [says(concludeCall("cannot_fix"))], once: false });
  await world.openTicket();
  const doomed = Bun.spawn([process.execPath, DOOMED, world.home, world.scratch], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  await eventually(() => existsSync(join(world.scratch, "begun")), "its command runs");
  doomed.kill("SIGKILL");
  await doomed.exited;
  const running = world.run();
  await world.untilLine(/-> escalated/);
  world.stop("SIGTERM");
  await running;
  const [brief] = world.model.requests[0]?.messages[0]?.blocks ?? [];
  const text = brief?.type === "text" ? brief.text : "";
  expect(text).toContain("attempt 2");
  expect(text).toContain("ended: lease_lost: the lease of doomed expired");
  expect(text).toMatch(
    /- shell \{"command":"touch .*\}: outcome unknown: check before you repeat it: nobody can tell/,
  );
  const [first] = await world.store.sessionsOf(1);
  expect((await world.store.journalOf(first?.id ?? "")).map(({ state }) => state)).toEqual([
    "unknown",
  ]);
  const events = await world.store.eventsOf({ sessionId: first?.id ?? "" });
  expect(await replaySession(events)).toMatchObject({ state: "same", isWhole: false });
});
