// The points of a story, found by telling it once, and the story told again for each of them.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Telling {
  /** As the variable of fail points takes it. */
  readonly point: string;
  /** With more time for everything. */
  readonly isSlow: boolean;
}

/** True when the process that was armed with the point was killed. */
export type Tell = (telling: Telling) => Promise<boolean>;

export interface Points {
  /** Comes again and again, and the later repetitions are like the ones before. */
  readonly repeats?: RegExp;
  /** Of those that the story passes; all when absent. */
  readonly isWanted?: (name: string) => boolean;
  /** Stories that are told beside each other. */
  readonly atOnce: number;
}

const REPETITIONS_MAX = 3;

/**
 * Kills at every point that the story passes, and gives the names of those where somebody died.
 * Rejects with all that failed, and with points that were not reached, but for those that repeat.
 */
export async function killEverywhere(tell: Tell, options: Points): Promise<readonly string[]> {
  const { isWanted = () => true, repeats } = options;
  const left = numbered((await listPoints(tell)).filter(isWanted), repeats);
  const [reached, failures] = [new Set<string>(), [] as string[]];
  const teller = async () => {
    for (let point = left.shift(); point !== undefined; point = left.shift()) {
      const isReached = await tellTwice(tell, point).catch((error: unknown) => {
        failures.push(`${point}: ${error instanceof Error ? error.message : error}`);
      });
      if (isReached === true) reached.add(point.replace(/:\d+$/, ""));
      if (isReached === false && !repeats?.test(point)) failures.push(`${point}: not reached`);
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, teller));
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return [...reached];
}

async function listPoints(tell: Tell): Promise<readonly string[]> {
  const dir = mkdtempSync(join(tmpdir(), "operator-points-"));
  try {
    const files = ["fast", "slow"].map((name) => join(dir, name));
    const [fast = "", slow = ""] = files;
    const isTold = await tell({ point: fast, isSlow: false }).then(
      () => true,
      () => false,
    );
    if (!isTold) await tell({ point: slow, isSlow: true });
    return readFileSync(isTold ? fast : slow, "utf8")
      .trim()
      .split("\n");
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** What fails in a hurry must hold without: on a busy machine, who lives may be too late. */
async function tellTwice(tell: Tell, point: string): Promise<boolean> {
  const isReached = await tell({ point, isSlow: false }).catch(() => undefined);
  return isReached ?? tell({ point, isSlow: true });
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
