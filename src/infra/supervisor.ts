// The children of this process, by name: each drained, logged, and started again when it ends
// unasked. Leaving the supervisor stops them all; they end by themselves when we are killed.
import { assert } from "../domain/errors.ts";
import { type ChildExit, STOP_GRACE_MS } from "./child.ts";
import {
  SupervisedChild,
  type SupervisedChildOptions,
  type Supervision,
} from "./supervisor-child.ts";

export class Supervisor implements AsyncDisposable {
  readonly #supervision: Supervision;
  readonly #children = new Map<string, SupervisedChild>();

  constructor(supervision: Supervision) {
    this.#supervision = supervision;
  }

  /**
   * Never throws for what the child does: one that cannot be started has ended, and is tried again.
   * A name is free again when its child has ended for good; the log goes on where it was.
   */
  start(options: SupervisedChildOptions): void {
    const { name } = options;
    const isFree = this.#children.get(name)?.hasEnded ?? true;
    assert(isFree, `no other child is called ${name}`);
    this.#children.set(name, new SupervisedChild(options, this.#supervision));
  }

  /**
   * SIGTERM to its group, SIGKILL after `graceMs`. Resolves when its last line was delivered and
   * logged; undefined when it was not running, or never started.
   */
  async stop(name: string, graceMs = STOP_GRACE_MS): Promise<ChildExit | undefined> {
    return this.#children.get(name)?.stop(graceMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#children.keys()].map((name) => this.stop(name)));
  }
}
