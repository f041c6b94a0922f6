// The store as an agent has it that dies at one of its writes, before or after it is made.
import type { WorkQueue } from "../../src/domain/ticket-ops.ts";

const WRITES: readonly (keyof WorkQueue)[] = [
  "appendAudit",
  "addUsage",
  "beginStep",
  "finishStep",
  "settleStep",
  "escalateTicket",
  "releaseTicket",
];

export interface Death {
  /** The how manyth write, from 1. */
  readonly at: number;
  readonly moment: "before" | "after";
}

export interface Dying {
  readonly wrapQueue: (queue: WorkQueue) => WorkQueue;
  readonly life: { writes: number; isDead: boolean };
}

/** From its death on nothing that it asks for is answered. */
export function dyingQueue(death: Death | undefined): Dying {
  const life = { writes: 0, isDead: false };
  const never = () => new Promise(() => undefined);
  const answering = (name: string, call: () => Promise<unknown>) => {
    if (life.isDead) return never();
    if (!WRITES.some((write) => write === name)) return call();
    life.writes += 1;
    if (life.writes !== death?.at) return call();
    life.isDead = true;
    return death.moment === "after" ? call().then(never) : never();
  };
  const get = (queue: WorkQueue, name: string) => {
    const method: unknown = Reflect.get(queue, name);
    if (typeof method !== "function") return method;
    return (...args: readonly unknown[]) =>
      answering(name, () => Reflect.apply(method, queue, args));
  };
  return { life, wrapQueue: (queue) => new Proxy(queue, { get }) };
}
