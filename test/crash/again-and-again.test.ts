// An agent that dies at the same step in every life: a person is asked, and whoever goes on from
// there does nothing twice.
import { expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { expectWell } from "./expect-well.ts";
import { keep } from "./kept.ts";
import { ticketOf } from "./repair-story.ts";
import { openWorld, type World } from "./world.ts";

const WITHIN_MS = 60_000;
const LIVES = 3;

test.each([
  ["before it presses", "store.step_begun.after:1"],
  ["with the lamp lit", "store.step_finished.before:1"],
])(
  "an agent dies %s every time",
  async (_, point) => {
    await using world = await openWorld({ lamps: ["plain"], speed: 20 });
    world.do("plain", "break");
    keep(world, { words: "monitor --subject lamps --interval 1s" });
    await untilState(world, ["open"]);
    keep(world, { words: "agent --model runbook", points: Array(LIVES).fill(point) });
    if ((await untilState(world, ["escalated", "resolved"])) === "escalated") {
      expect(await world.run("tickets retry 1")).toMatchObject({ exitCode: 0 });
      await untilState(world, ["resolved"]);
    }
    await expectWell(world, "plain");
  },
  2 * WITHIN_MS,
);

function untilState(world: World, states: readonly string[]): Promise<string> {
  const found = async () => {
    const ticket = await ticketOf(world);
    return ticket && states.includes(ticket.state) && ticket.state;
  };
  return eventually(found, `the ticket is ${states.join(" or ")}`, WITHIN_MS);
}
