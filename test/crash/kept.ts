// A process that is started again when it was killed, as whatever runs daemons would do it.
import type { World } from "./world.ts";

export interface KeptOptions {
  readonly words: string;
  /** Of its first lives; the later ones are not armed. */
  readonly points?: readonly string[];
  /** Whoever starts it again waits for this first. */
  readonly beforeRestart?: () => Promise<unknown>;
}

export interface Kept {
  /** How often it was killed so far. */
  deaths(): number;
  /** Its present life ends here. */
  kill(): void;
}

export function keep(world: World, options: KeptOptions): Kept {
  const { words, points = [], beforeRestart } = options;
  let deaths = 0;
  const start = () => world.start(words, { point: points[deaths] });
  let child = start();
  const live = async () => {
    while ((await child.exited).isKilled) {
      deaths += 1;
      await beforeRestart?.();
      if (world.isOver()) return;
      child = start();
    }
  };
  void live();
  return { deaths: () => deaths, kill: () => child.kill("SIGKILL") };
}
