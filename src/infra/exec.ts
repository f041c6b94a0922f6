// The real Shell: sh in a session of its own, which dies as a whole: at its deadline, on abort,
// when the command has ended (what it left in the background), and with us.
import type { Clock } from "../domain/clock.ts";
import { messageOf } from "../domain/errors.ts";
import type { Shell, ShellOptions, ShellResult } from "../domain/shell.ts";
import { PARENT_PIPE_ENV } from "./child.ts";
import { createOutputCollector, type OutputCollector } from "./exec-output.ts";
import { killSession, signalSession } from "./process-session.ts";

/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 2_000;
/** For what the dead still had to say; only a process that left the session takes so long. */
const DRAIN_MS = 500;

/**
 * stdin is our pipe: its end means that we are gone, and the watcher kills the session: the groups
 * that were split off (proc(5): "… state ppid pgrp session …"), then its own. The command itself
 * has no input, and one stream for stdout and stderr, so that their order is kept.
 */
const WRAPPER = `
exec 3<&0 </dev/null
(
  trap '' HUP INT TERM
  read -r _ <&3
  for stat in /proc/[0-9]*/stat; do
    read -r line <"$stat" || continue
    set -- \${line##*") "}
    [ "$4" = $$ ] && [ "$3" != $$ ] && kill -9 "-$3"
  done
  kill -9 0
) >/dev/null 2>&1 &
exec 3<&-
exec /bin/sh -c "$1" 2>&1`;

interface ShellWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
}

type Cause = "exited" | "timed_out" | "aborted";

export function createShell(world: ShellWorld): Shell {
  return {
    async run(command, options) {
      const startedAtMs = world.clock.now();
      try {
        return await runGroup(spawnGroup(command, world), options, world.clock);
      } catch (error) {
        const durationMs = world.clock.now() - startedAtMs;
        return cannotStart(messageOf(error), durationMs);
      }
    },
  };
}

function spawnGroup(command: string, { env, cwd }: ShellWorld) {
  return Bun.spawn(["/bin/sh", "-c", WRAPPER, "sh", command], {
    cwd,
    // Our parent's pipe is not the command's: an operator in it would take itself for an orphan.
    env: { ...env, [PARENT_PIPE_ENV]: undefined },
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
}

type Group = ReturnType<typeof spawnGroup>;

async function runGroup(group: Group, options: ShellOptions, clock: Clock): Promise<ShellResult> {
  const startedAtMs = clock.now();
  const collector = createOutputCollector(options.outputBytesMax);
  const stopReading = new AbortController();
  const drained = drain(group.stdout, collector, stopReading.signal);
  const cause = await causeOfEnd(group, options, clock);
  if (cause !== "exited") {
    signalSession(group.pid, "SIGTERM");
    await within(group.exited, GRACE_MS, clock);
  }
  killSession(group.pid);
  await group.exited;
  await within(drained, DRAIN_MS, clock);
  stopReading.abort();
  return {
    exitCode: group.signalCode === null ? group.exitCode : null,
    signal: group.signalCode === null ? null : String(group.signalCode),
    timedOut: cause === "timed_out",
    aborted: cause === "aborted",
    durationMs: clock.now() - startedAtMs,
    output: collector.result(),
  };
}

async function causeOfEnd(group: Group, options: ShellOptions, clock: Clock): Promise<Cause> {
  const { timeoutMs, signal } = options;
  const settled = new AbortController();
  const waiting = AbortSignal.any([signal, settled.signal]);
  const cause = await Promise.race([
    group.exited.then((): Cause => "exited"),
    clock.sleep(timeoutMs, waiting).then((): Cause => (signal.aborted ? "aborted" : "timed_out")),
  ]);
  settled.abort();
  return cause;
}

/** Reads to the end of the stream, or until the signal says that nobody waits for it any more. */
async function drain(
  stream: ReadableStream<Uint8Array>,
  collector: OutputCollector,
  stop: AbortSignal,
): Promise<void> {
  const reader = stream.getReader();
  stop.addEventListener("abort", () => void reader.cancel());
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    collector.add(value);
  }
}

async function within(work: Promise<unknown>, durationMs: number, clock: Clock): Promise<void> {
  const settled = new AbortController();
  await Promise.race([work, clock.sleep(durationMs, settled.signal)]);
  settled.abort();
}

function cannotStart(cause: string, durationMs: number): ShellResult {
  const bytes = Buffer.byteLength(cause);
  const output = { head: cause, tail: "", cutBytes: 0, totalBytes: bytes };
  const end = { exitCode: 127, signal: null, timedOut: false, aborted: false };
  return { ...end, durationMs, output };
}
