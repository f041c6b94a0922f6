// A child of the measured screen, in the place of monitor or agent: `bun speak.ts <name> <dir>`. It
// says nothing until it finds its order in the directory, a file with a number; then it obeys.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { writeFileAtomically } from "../../src/infra/files.ts";

/** The demo of the screen goes on when its monitor says this. */
const ALL_IS_WELL = "all invariants hold (36 verdicts)";
const POLL_MS = 20;
const LINES_PER_MS = 100;
const BEAT_MS = 10;
const STAMP_MS_MIN = 10;
const STAMP_MS_MAX = 60;

/** As long as what a monitor says. */
export function floodLine(index: number): string {
  return `${index}: all 36 verdicts are known, and tikv2 has given a sign of life just now`;
}

/** Orders: `monitor`, so many lines at 100,000/s; `agent-1`, `agent-2`, so many stamped lines. */
export function orderPath(dir: string, order: string): string {
  return join(dir, `order-${order}`);
}

/** How long the order took, in milliseconds; written when it is done. */
export function donePath(dir: string, order: string): string {
  return join(dir, `done-${order}`);
}

if (import.meta.main) void main(process.argv.slice(2));

async function main([name = "", dir = ""]: readonly string[]): Promise<void> {
  // Its other end is our parent's: without it we would outlive the screen.
  process.stdin.on("end", () => process.exit(0)).resume();
  process.stdout.write(`${ALL_IS_WELL}\n`);
  if (name === "monitor") await obey({ dir, order: "monitor" }, flood);
  for (const batch of ["agent-1", "agent-2"]) {
    if (name === "agent") await obey({ dir, order: batch }, (count) => stamp(count, batch));
  }
}

async function obey(
  { dir, order }: { readonly dir: string; readonly order: string },
  speak: (lines: number) => Promise<void>,
): Promise<void> {
  while (!existsSync(orderPath(dir, order))) await Bun.sleep(POLL_MS);
  const startedAt = performance.now();
  await speak(Number(readFileSync(orderPath(dir, order), "utf8")));
  await writeFileAtomically(donePath(dir, order), `${performance.now() - startedAt}`);
}

/** A reader that is too slow holds it up: then it takes longer than it should. */
async function flood(lines: number): Promise<void> {
  const startedAt = performance.now();
  for (let said = 0; said < lines; ) {
    await Bun.sleep(BEAT_MS);
    const due = Math.min(lines, Math.floor((performance.now() - startedAt) * LINES_PER_MS));
    const text = Array.from({ length: due - said }, (_, index) => `${floodLine(said + index)}\n`);
    said = due;
    const isTaken = process.stdout.write(text.join(""));
    if (!isTaken) await new Promise((resolve) => process.stdout.once("drain", resolve));
  }
}

/** Each line says when it was written; the moments have no rhythm in common with the screen's. */
async function stamp(lines: number, batch: string): Promise<void> {
  for (let said = 0; said < lines; said += 1) {
    await Bun.sleep(STAMP_MS_MIN + Math.random() * (STAMP_MS_MAX - STAMP_MS_MIN));
    process.stdout.write(`${batch} stamp ${said} at ${systemClock.now()};\n`);
  }
}
