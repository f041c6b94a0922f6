// Runs a command that does not end by itself, so that a test can kill the process that runs it.
import { systemClock } from "../../src/infra/clock.ts";
import { createShell } from "../../src/infra/exec.ts";

const [cwd = ".", command = "sleep 300"] = process.argv.slice(2);
const shell = createShell({ env: process.env, cwd, clock: systemClock });
const signal = new AbortController().signal;
const reach = { type: "change" } as const;
await shell.run(command, { timeoutMs: 60_000, outputBytesMax: 1_000, signal, reach });
