// A queue of which some methods are the test's.
import type { WorkQueue } from "../../src/domain/ticket-ops.ts";

export function changedQueue(queue: WorkQueue, changes: Partial<WorkQueue>): WorkQueue {
  return new Proxy(queue, {
    get(target, name) {
      const method: unknown = Reflect.get(name in changes ? changes : target, name);
      return typeof method === "function" ? method.bind(target) : method;
    },
  });
}
