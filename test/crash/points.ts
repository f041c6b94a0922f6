// The points of a story, found by telling it once, and the story told again for each of them.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** With the process to be killed armed so; true when it was killed. */
export type Tell = (point: string) => Promise<boolean>;

export interface Points {
  /** Comes again and again, and the later repetitions are like the ones before. */
  readonly repeats?: RegExp;
  /** Stories that are told beside each other. */
  readonly atOnce: number;
}

const REPETITIONS_MAX = 3;

/**
 * Kills at every point that the story passes, and gives their names. Rejects with all that failed,
 * and with the points that were not reached, but for those that repeat.
 */
export async function killEverywhere(tell: Tell, options: Points): Promise<readonly string[]> {
  const passed = await listPoints(tell);
  const left = numbered(passed, options.repeats);
  const failures: string[] = [];
  const teller = async () => {
    for (let point = left.shift(); point !== undefined; point = left.shift()) {
      const failure = await tryTelling(tell, point, options);
      if (failure !== undefined) failures.push(`${point}: ${failure}`);
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, teller));
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return [...new Set(passed)];
}

async function listPoints(tell: Tell): Promise<readonly string[]> {
  const dir = mkdtempSync(join(tmpdir(), "operator-points-"));
  const file = join(dir, "points");
  try {
    await tell(file);
    return readFileSync(file, "utf8").trim().split("\n");
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** `name:1`, `name:2` and so on, in the order in which they are passed. */
function numbered(passed: readonly string[], repeats?: RegExp): string[] {
  const counts = new Map<string, number>();
  return passed.flatMap((name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return repeats?.test(name) && count > REPETITIONS_MAX ? [] : [`${name}:${count}`];
  });
}

async function tryTelling(
  tell: Tell,
  point: string,
  { repeats }: Points,
): Promise<string | undefined> {
  try {
    const isKilled = await tell(point);
    return isKilled || repeats?.test(point) ? undefined : "it was not reached";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
