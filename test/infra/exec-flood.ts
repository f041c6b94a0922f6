// Runs the command `small`, then `large`, in a process where nothing else is, and prints as JSON
// what came of the large one and by how many bytes it made the process grow.
import { readFileSync } from "node:fs";
import { systemClock } from "../../src/infra/clock.ts";
import { createShell } from "../../src/infra/exec.ts";

const [cwd = ".", small = "true", large = "true"] = process.argv.slice(2);
const shell = createShell({ env: process.env, cwd, clock: systemClock });

function run(command: string) {
  const signal = new AbortController().signal;
  const reach = { type: "change" } as const;
  return shell.run(command, { timeoutMs: 60_000, outputBytesMax: 4_000, signal, reach });
}

/** The most that the process has ever held, in bytes: proc(5), VmHWM. */
function peakBytes(): number {
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

await run(small);
const before = peakBytes();
const { output } = await run(large);
console.log(JSON.stringify({ output, grownBytes: peakBytes() - before }));
