// A session that changes two things, gives up and takes them back dies at each of its writes, once
// before and once after the write: whatever it left, the next session brings everything back.
import { expect, test } from "bun:test";
import type { JournalEntry } from "../../src/domain/session.ts";
import { eventually } from "../support/eventually.ts";
import { concludeCall, says } from "../support/scripted-model.ts";
import { AT_FIRST, type DialWorld, openDialWorld, setCall } from "./dial-world.ts";
import { type Death, type Dying, dyingQueue } from "./dying-queue.ts";

const GIVES_UP = says(concludeCall("cannot_fix"));

function dyingWorld({ wrapQueue }: Dying): DialWorld {
  const script = [says(setCall("left", 5), setCall("right", 7)), GIVES_UP];
  return openDialWorld({ script, wrapQueue });
}

async function countWrites(): Promise<number> {
  const dying = dyingQueue(undefined);
  using world = dyingWorld(dying);
  await world.openTicket();
  await world.run();
  expect(world.dials.read()).toEqual(AT_FIRST);
  return dying.life.writes;
}

async function survive(death: Death): Promise<void> {
  const dying = dyingQueue(death);
  using world = dyingWorld(dying);
  await world.openTicket();
  void world.run();
  await eventually(() => dying.life.isDead, "it dies");
  const { id } = await world.session();
  await world.store.renewLease(id, 1);
  using next = openDialWorld({ script: [GIVES_UP], queue: world.store });
  next.dials.write(world.dials.read());
  const isOver = async () => (await world.ticket()).state === "escalated";
  const goOn = async () => {
    if (!(await isOver())) await next.run();
    return isOver();
  };
  await eventually(goOn, "its end");
  const where = `${death.moment} write ${death.at}`;
  expect(next.dials.read(), where).toEqual(AT_FIRST);
  expect((await world.steps()).filter(isLeft), where).toEqual([]);
  expect(await world.store.verifyAudit()).toMatchObject({ state: "intact" });
}

/** Nobody knows of it, or it is still there. */
function isLeft({ undoes, state }: JournalEntry): boolean {
  const isGone = state === "undone" || state === "had_no_effect";
  return state === "intended" || (undoes === null && !isGone);
}

test("a way back survives the death of its session at any of its writes", async () => {
  const writes = await countWrites();
  expect(writes).toBeGreaterThan(20);
  for (let at = 1; at <= writes; at += 1) {
    await survive({ at, moment: "before" });
    await survive({ at, moment: "after" });
  }
}, 180_000);
