// A shell whose commands look from within the real sandbox.
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ShellOptions, ShellResult } from "../../src/domain/shell.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { createShell } from "../../src/infra/exec.ts";
import type { ProbedSandbox, SandboxWorld } from "../../src/infra/sandbox.ts";

export const LOOK = {
  type: "look",
  at: { subject: "toy", members: [], topology: undefined },
  writesTemporaryFiles: false,
} as const;

/** Of nobody: there is nothing to reach, and nothing is asked outside. */
export function sandboxWorld(changes: Partial<SandboxWorld> = {}): SandboxWorld {
  return {
    bwrap: Bun.which("bwrap") ?? "",
    self: [process.execPath, join(import.meta.dir, "../../src/main.ts")],
    env: { PATH: process.env.PATH },
    cwd: tmpdir(),
    hidden: [],
    shown: () => [],
    addresses: () => [],
    mayAsk: () => false,
    ...changes,
  };
}

export interface InsideOptions extends Partial<ShellOptions> {
  readonly inside: ProbedSandbox | undefined;
  readonly env?: SandboxWorld["env"];
}

export function runInside(
  command: string,
  { inside, env = sandboxWorld().env, ...changes }: InsideOptions,
): Promise<ShellResult> {
  const { cwd } = sandboxWorld();
  const sandbox = inside?.state === "works" ? inside.sandbox : undefined;
  const shell = createShell({ env, cwd, clock: systemClock, sandbox });
  const signal = new AbortController().signal;
  const options = { timeoutMs: 30_000, outputBytesMax: 8_000, signal, reach: LOOK };
  return shell.run(command, { ...options, ...changes });
}
