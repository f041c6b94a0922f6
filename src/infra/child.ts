// This executable started again as a child (monitor, agent, workload): its lines as they are
// written, drained to the end, and its end. Its stdin is our pipe, so that it dies with us.
import { createLineSplitter } from "./child-lines.ts";

/** Tells the child that its stdin is a pipe whose end means that its parent is gone. */
export const PARENT_PIPE_ENV = "OPERATOR_PARENT_PIPE";

/** For output that comes after the end, from a process that the child left behind. */
const DRAIN_MS = 1_000;

export interface ChildOptions {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One line without its end, at most 64 KiB: a longer one comes in pieces. */
  readonly onLine: (line: string, stream: "stdout" | "stderr") => void;
  /** Asks the child to stop, as `stop` does. */
  readonly signal?: AbortSignal;
}

export interface ChildExit {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
}

export interface Child {
  readonly pid: number;
  /** Resolves when it has ended and its last line was delivered. Never rejects. */
  readonly exited: Promise<ChildExit>;
  /** SIGTERM, and SIGKILL to its whole group when it has not ended after `graceMs`. */
  stop(graceMs: number): Promise<ChildExit>;
}

/** What a child is given to end by itself: operator's first Ctrl-C stops within 5 s. */
const STOP_GRACE_MS = 5_000;

/** Throws when the command cannot be started. */
export function startChild({ command, env, onLine, signal }: ChildOptions): Child {
  const child = Bun.spawn([...command], {
    env: { ...env, [PARENT_PIPE_ENV]: "1" },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const drained = Promise.all([
    drainLines(child.stdout, (line) => onLine(line, "stdout")),
    drainLines(child.stderr, (line) => onLine(line, "stderr")),
  ]);
  const exited = endOf(child, drained);
  const stop = (graceMs: number) => stopGroup(child, exited, graceMs);
  const stopOnAbort = () => void stop(STOP_GRACE_MS);
  if (signal?.aborted) stopOnAbort();
  signal?.addEventListener("abort", stopOnAbort, { once: true });
  void exited.then(() => signal?.removeEventListener("abort", stopOnAbort));
  return { pid: child.pid, exited, stop };
}

async function drainLines(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const lines = createLineSplitter(onLine);
  for await (const chunk of stream) lines.add(chunk);
  lines.end();
}

async function endOf(child: Bun.Subprocess, drained: Promise<unknown>): Promise<ChildExit> {
  await child.exited;
  await Promise.race([drained, Bun.sleep(DRAIN_MS)]);
  const { exitCode, signalCode } = child;
  if (signalCode !== null) return { exitCode: null, signal: String(signalCode) };
  return { exitCode, signal: null };
}

async function stopGroup(
  child: Bun.Subprocess,
  exited: Promise<ChildExit>,
  graceMs: number,
): Promise<ChildExit> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => killGroup(child.pid), graceMs);
  const exit = await exited;
  clearTimeout(timer);
  return exit;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // ESRCH: it has ended in the meantime.
  }
}
