// Where bugs are planted: a copy of the project, in which one text of one file is another one while
// the simulator and the tests of its area look for what is wrong.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mutation } from "./mutations/mutation.ts";

export interface Search {
  /** How many seeds the simulator may try. */
  readonly seeds: number;
  /** Whether the tests are asked when the simulator has found nothing. */
  readonly isThorough: boolean;
}

export interface Harvest {
  readonly foundBy: "simulator" | "tests" | "nobody";
  /** How it was noticed, in one line. */
  readonly detail: string;
}

export interface Nursery extends Disposable {
  /** Throws where the simulator fails without any planted bug: then it would find anything. */
  checkSoil(search: Pick<Search, "seeds">): Promise<void>;
  /** Throws for a text that is not where it should be, and for code that does not load. */
  plant(mutation: Mutation, search: Search): Promise<Harvest>;
}

const ROOT = join(import.meta.dir, "..", "..");
const COPIED = ["src", "subjects", "demo", "test", "package.json", "tsconfig.json"];

export function openNursery(): Nursery {
  const folder = mkdtempSync(join(tmpdir(), "operator-nursery-"));
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return {
    async checkSoil({ seeds }) {
      const { exitCode, output } = await runSeeds(folder, seeds);
      if (exitCode !== 0) throw new Error(`it fails as it is: ${lineOf(output, FAILED_SEED)}`);
    },
    async plant(mutation, search) {
      const path = join(folder, mutation.file);
      const text = readFileSync(path, "utf8");
      writeFileSync(path, replaceOnce(text, mutation));
      try {
        return await harvest(folder, { ...mutation, ...search });
      } finally {
        writeFileSync(path, text);
      }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function countOccurrences({ file, original }: Mutation): number {
  return readFileSync(join(ROOT, file), "utf8").split(original).length - 1;
}

function replaceOnce(text: string, { name, file, original, planted }: Mutation): string {
  const parts = text.split(original);
  if (parts.length === 2) return parts.join(planted);
  throw new Error(`"${name}": its text stands ${parts.length - 1} times in ${file}`);
}

async function harvest(folder: string, search: Mutation & Search): Promise<Harvest> {
  const { seeds, tests, isThorough, name } = search;
  const simulated = await runSeeds(folder, seeds);
  if (simulated.exitCode === 3) {
    return { foundBy: "simulator", detail: lineOf(simulated.output, FAILED_SEED) };
  }
  if (simulated.exitCode !== 0) throw new Error(`"${name}": ${simulated.output}`);
  if (!isThorough) return { foundBy: "nobody", detail: `${seeds} seeds are well` };
  const tested = await run(folder, ["test", "--timeout", "60000", ...tests]);
  if (tested.exitCode === 0) return { foundBy: "nobody", detail: "neither seeds nor tests" };
  return { foundBy: "tests", detail: lineOf(tested.output, /^\(fail\)/) };
}

const FAILED_SEED = /^seed \d+ failed/;

function runSeeds(folder: string, seeds: number) {
  return run(folder, ["test/sim/main.ts", "--seeds", String(seeds), "--bail"]);
}

async function run(folder: string, words: readonly string[]) {
  const child = Bun.spawn([process.execPath, ...words], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = [new Response(child.stdout).text(), new Response(child.stderr).text()];
  const [exitCode, ...output] = await Promise.all([child.exited, ...texts]);
  return { exitCode, output: output.join("\n") };
}

function lineOf(output: string, pattern: RegExp): string {
  const line = output.split("\n").find((text) => pattern.test(text)) ?? "";
  return line.slice(0, 160);
}
