// What a person types beside a story. A command that was killed is typed once more.
import type { World } from "./world.ts";

export interface Person {
  /** How often a command of theirs was killed so far. */
  deaths(): number;
  type(words: string): Promise<void>;
  /** Approves whatever is asked, from now on. */
  approve(): void;
}

const LOOK_EVERY_MS = 20;

/** `point` arms every command until one is killed. */
export function hirePerson(world: World, point: string | undefined): Person {
  let deaths = 0;
  const type = async (words: string) => {
    const { isKilled } = await world.run(words, deaths === 0 ? { point } : {});
    if (!isKilled) return;
    deaths += 1;
    await world.run(words);
  };
  const approveAll = async () => {
    while (!world.isOver()) {
      const [asked] = await world.store.listApprovals({ state: "pending" });
      if (asked) await type(`actions approve ${asked.id}`);
      else await Bun.sleep(LOOK_EVERY_MS);
    }
  };
  return { deaths: () => deaths, type, approve: () => void approveAll() };
}
