// The operator, whose children also write what no screen must obey and no story must trip over.
// Built by built-operator.ts; the work that they do is the real one.
import "../../src/main.ts";
import { writeSync } from "node:fs";
import { FLOOD_LINES, floodLine, LONG_NOISE, NOISE } from "./hostile-noise.ts";

const NOISY = ["monitor", "agent", "workload"];
const NOISE_MS = 400;
/** Of a second: so that all lines are written within one, if they are read so fast. */
const FLOOD_ROUNDS = 10;

const [verb = ""] = process.argv.slice(2);
if (NOISY.includes(verb)) void beNoisy();

async function beNoisy(): Promise<void> {
  for (let round = 0; round < FLOOD_ROUNDS; round += 1) {
    const lines = Array.from({ length: FLOOD_LINES / FLOOD_ROUNDS }, (_, line) =>
      floodLine((round * FLOOD_LINES) / FLOOD_ROUNDS + line),
    );
    write(Buffer.from(`${lines.join("\n")}\n`));
    await Bun.sleep(1_000 / FLOOD_ROUNDS);
  }
  // Until main ends this process.
  for (let round = 0; ; round += 1) {
    for (const noise of [...LONG_NOISE.slice(round, round + 1), ...NOISE]) {
      write(Buffer.concat([noise, Buffer.from("\n")]));
    }
    await Bun.sleep(NOISE_MS);
  }
}

function write(bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      Bun.sleepSync(1);
    }
  }
}
