// A process that is started again when it was killed, as whatever runs daemons would do it.
import type { World } from "./world.ts";

export interface KeptOptions {
  readonly words: string;
  /** Of its first life alone. */
  readonly point?: string | undefined;
}

export interface Kept {
  /** How often it was killed so far. */
  deaths(): number;
  /** Resolves at its first death. */
  readonly hasDied: Promise<void>;
  /** Its present life ends here. */
  kill(): void;
}

export function keep(world: World, { words, point }: KeptOptions): Kept {
  const { promise: hasDied, resolve } = Promise.withResolvers<void>();
  let [deaths, child] = [0, world.start(words, { point })];
  const live = async () => {
    while ((await child.exited).isKilled) {
      deaths += 1;
      resolve();
      if (world.isOver()) return;
      child = world.start(words);
    }
  };
  void live();
  return { deaths: () => deaths, hasDied, kill: () => child.kill("SIGKILL") };
}
