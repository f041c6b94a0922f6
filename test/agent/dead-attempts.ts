// A ticket whose agents have died in all of its attempts, and what the last one left in the dials.
import type { WorkQueue } from "../../src/domain/ticket-ops.ts";
import type { Dials } from "../support/dial-subject.ts";
import { eventually } from "../support/eventually.ts";
import { type DialOptions, type DialWorld, openDialWorld } from "./dial-world.ts";

export interface Turned {
  readonly dial: string;
  readonly value: number;
  /** Nobody wrote down its end. */
  readonly isOpen?: true;
}

export interface LastAttempt {
  readonly turned: readonly Turned[];
  /** What the dials show afterwards. */
  readonly shows: Dials;
  /** Before its death. */
  readonly work?: (sessionId: string) => Promise<unknown>;
}

/** The left dial turned, and the right one, whose end nobody has written down. */
export const BOTH_TURNED: LastAttempt = {
  turned: [
    { dial: "left", value: 5 },
    { dial: "right", value: 7, isOpen: true },
  ],
  shows: { left: 5, right: 7 },
};

const ATTEMPTS_MAX = 3;

/** Ticket 1, escalated. */
export async function dieInEveryAttempt(world: DialWorld, last = BOTH_TURNED): Promise<void> {
  const { store } = world;
  await world.openTicket();
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const claim = { agentId: "doomed", leaseMs: 60_000, model: "m", mode: "execute" } as const;
    const claimed = await eventually(() => store.claim(claim), "its backoff is over");
    const { id } = claimed.session;
    if (attempt === ATTEMPTS_MAX) await leave(world, id, last);
    await store.renewLease(id, 1);
    await eventually(async () => (await store.expireLeases()).length > 0, "its lease is over");
  }
  world.dials.write(last.shows);
}

async function leave({ store }: DialWorld, sessionId: string, last: LastAttempt): Promise<void> {
  const before: Dials = { left: 1, right: 2 };
  for (const { dial: target, value, isOpen } of last.turned) {
    const call = { action: "put_back", target, args: { value: before[target] ?? 0 } };
    const operation = { action: "set_dial", target, args: { value } };
    const id = await store.beginStep({
      ...{ sessionId, kind: "act", operation, targets: [target], undo: { type: "call", call } },
      precondition: { violated: ["lamp_on of left"] },
    });
    if (!isOpen) await store.finishStep(id, { state: "done", result: "", changed: true });
  }
  await last.work?.(sessionId);
}

/** An agent on the tickets of a world and its dials, with a model that nobody is to ask. */
export function nextOf(
  world: DialWorld,
  options: Partial<DialOptions> & { readonly queue?: WorkQueue } = {},
): DialWorld {
  const next = openDialWorld({ script: [], queue: world.store, ...options });
  next.dials.write(world.dials.read());
  return next;
}
