// A session that asked a person for a step, and was told no.
import { openWorld, type World } from "../agent/world.ts";
import { actCall, concludeCall, says } from "../support/scripted-model.ts";

export async function openDenied(): Promise<World> {
  const world = openWorld({
    script: [says(actCall("switch_on", "left")), says(concludeCall("cannot_fix"))],
    mode: "approve",
  });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/waiting for approval/);
  await world.store.decideApproval(1, "denied", "not at noon");
  await running;
  return world;
}
