// The people around: one who answers what is asked, sends tickets back to work, holds some, and
// resolves one now and then.
import { OperatorError } from "../../src/domain/errors.ts";
import type { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import type { Dice } from "./dice.ts";
import { clockOf, newLife } from "./life.ts";
import { openStore, storePort } from "./store-port.ts";
import type { World } from "./world.ts";

export interface Person extends Disposable {
  /** None is held any more. */
  letGo(): Promise<void>;
  /** What was escalated is to be worked on again. */
  sendBack(): Promise<void>;
}

export interface PersonOptions {
  readonly path: string;
  readonly dice: Dice;
  readonly isBusy: () => boolean;
}

export function startPerson(world: World, { path, dice, isBusy }: PersonOptions): Person {
  const life = newLife("person", "person");
  const db = openStore(world, life, path);
  const desk = storePort(world, { life, db, die: () => {} });
  const clock = clockOf(life, world);
  const live = async () => {
    const states = ["open", "claimed", "verifying", "escalated"] as const;
    return desk.listTickets({ states, limit: 50 });
  };
  let inHand = Promise.resolve();
  const handle = async () => {
    await unlessRefused(answerApprovals(desk, dice));
    await unlessRefused(handleTicket({ desk, dice, tickets: live }));
  };
  const work = async () => {
    for (;;) {
      await clock.sleep(dice.between(400, 3_000));
      if (!isBusy()) continue;
      inHand = handle();
      await inHand;
    }
  };
  work().catch((error: unknown) => world.safety.crashed(life, error));
  return {
    async letGo() {
      // What is begun may hold one more.
      await inHand;
      for (const { id, isHeld } of await live()) if (isHeld) await desk.setHeld(id, false);
    },
    async sendBack() {
      for (const { id, state } of await live()) {
        if (state === "escalated") await desk.retryTicket(id);
      }
    },
    [Symbol.dispose]() {
      life.isAlive = false;
      db[Symbol.dispose]();
    },
  };
}

async function answerApprovals(desk: TicketOpsDB, dice: Dice): Promise<void> {
  for (const { id, state } of await desk.listApprovals({})) {
    // Who answers twice is refused.
    if (state !== "pending" && !dice.chance(0.02)) continue;
    if (dice.chance(0.2)) continue;
    const word = dice.pick(["approved", "approved", "approved", "denied", "revised"] as const);
    await unlessRefused(desk.decideApproval(id, word, word === "revised" ? "less, please" : ""));
  }
}

interface Handling {
  readonly desk: TicketOpsDB;
  readonly dice: Dice;
  readonly tickets: () => Promise<
    readonly { readonly id: number; readonly state: string; readonly isHeld: boolean }[]
  >;
}

async function handleTicket({ desk, dice, tickets }: Handling): Promise<void> {
  for (const { id, state, isHeld } of await tickets()) {
    if (isHeld && dice.chance(0.4)) await desk.setHeld(id, false);
    else if (!isHeld && dice.chance(0.01)) await desk.setHeld(id, true);
    if (state === "escalated" && dice.chance(0.15)) await desk.retryTicket(id);
    else if (dice.chance(0.01)) await desk.resolveTicket(id, "looked into it");
  }
}

/** Somebody was faster, or the store fails: a person tries again later. */
async function unlessRefused(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof OperatorError)) throw error;
  });
}
