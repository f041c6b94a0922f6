// Ends a container whose program writes what it holds when it ends: the engine's own stop would
// kill it after a while.
import type { Clock } from "../../domain/clock.ts";
import { SAVES_WITHIN_MS, stillSaving, wouldLose } from "../member-errors.ts";
import { waitUntil } from "../wait-until.ts";
import type { Site } from "./container.ts";
import { askEngine } from "./engine.ts";
import { isAnswered } from "./engine-failure.ts";

export interface SavingContainer {
  readonly id: string;
  readonly name: string;
  readonly clock: Clock;
  /** What would be lost all the same. */
  readonly lossAtEnd: () => Promise<string | undefined>;
}

/** Rejects with code "runtime" when it would lose something, or has not ended in time. */
export async function endSaving(
  { engine }: Site,
  { id, name, clock, lossAtEnd }: SavingContainer,
): Promise<void> {
  const loss = await lossAtEnd();
  if (loss !== undefined) throw wouldLose(name, loss);
  const container = engine.client.getContainer(id);
  const hasEnded = async () => !(await container.inspect()).State.Running;
  await askEngine(engine, `stopping ${name}`, async () => {
    try {
      await container.kill({ signal: "SIGTERM" });
      if (!(await waitUntil(hasEnded, { withinMs: SAVES_WITHIN_MS, clock }))) {
        throw stillSaving(name);
      }
    } catch (error) {
      // It was gone, or had ended, before it could be asked.
      if (!isAnswered(error, 404) && !isAnswered(error, 409)) throw error;
    }
  });
}
