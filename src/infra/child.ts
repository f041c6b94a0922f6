// This executable started again as a child (monitor, agent, workload), or another program: its
// lines as they are written, drained to the end, and its end. Its stdin is our pipe, so that it
// dies with us; its session is its own, so that nothing typed at our terminal reaches it.
import { drainOutput } from "./child-output.ts";
import { dyingWithUs } from "./dies-with-us.ts";

/** Tells the child that its stdin is a pipe whose end means that its parent is gone. */
export const PARENT_PIPE_ENV = "OPERATOR_PARENT_PIPE";

/** What a child is given to end by itself: operator's first Ctrl-C stops within 5 s. */
export const STOP_GRACE_MS = 5_000;

export type OutputName = "stdout" | "stderr";

export interface ChildOptions {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ours when absent. */
  readonly cwd?: string;
  /** Of what is not our own executable, which would not end when its stdin does: lines of sh. */
  readonly limits?: string;
  /** One line without its end, at most 64 KiB: a longer one comes in pieces. Must not throw. */
  readonly onLine: (line: string, stream: OutputName) => void;
  /** The same lines byte for byte, ends included. Nothing more is read until it resolves. */
  readonly onBytes?: (bytes: Uint8Array) => void | Promise<void>;
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
  /** Resolves when it has ended with its whole group, and its last line was delivered. */
  readonly exited: Promise<ChildExit>;
  /**
   * SIGTERM to its group, and SIGKILL when it has not ended after `graceMs`. It is asked once,
   * however often this is called: our own commands take a second SIGTERM for "at once".
   */
  stop(graceMs: number): Promise<ChildExit>;
}

/** Throws when the command cannot be started. */
export function startChild(options: ChildOptions): Child {
  const { signal } = options;
  const child = spawnChild(options);
  const exited = endOf(child, options);
  let isAsked = false;
  const stop = async (graceMs: number) => {
    if (!isAsked) signalWhileAlive(child, "SIGTERM");
    isAsked = true;
    const timer = setTimeout(() => signalWhileAlive(child, "SIGKILL"), graceMs);
    return exited.finally(() => clearTimeout(timer));
  };
  const stopOnAbort = () => void stop(STOP_GRACE_MS);
  if (signal?.aborted) stopOnAbort();
  signal?.addEventListener("abort", stopOnAbort, { once: true });
  void exited.then(() => signal?.removeEventListener("abort", stopOnAbort));
  return { pid: child.pid, exited, stop };
}

/** For people: "exit 1" or "SIGKILL". */
export function describeExit({ exitCode, signal }: ChildExit): string {
  return signal === null ? `exit ${exitCode}` : signal;
}

type Process = ReturnType<typeof spawnChild>;

function spawnChild({ command, env, cwd, limits }: ChildOptions) {
  const isOurs = limits === undefined;
  return Bun.spawn(isOurs ? [...command] : [...dyingWithUs({ limits }), ...command], {
    ...(cwd !== undefined && { cwd }),
    env: { ...env, [PARENT_PIPE_ENV]: isOurs ? "1" : undefined },
    stdio: ["pipe", "pipe", "pipe"],
    // setsid(2): a group and a session of its own, and no controlling terminal.
    detached: true,
  });
}

/** Afterwards its pid may be another's. */
function signalWhileAlive(child: Process, signal: NodeJS.Signals): void {
  if (child.exitCode === null && child.signalCode === null) signalGroup(child.pid, signal);
}

async function endOf(child: Process, { onLine, onBytes }: ChildOptions): Promise<ChildExit> {
  const drains = [
    drainOutput(child.stdout, { onLine: (line) => onLine(line, "stdout"), onBytes }),
    drainOutput(child.stderr, { onLine: (line) => onLine(line, "stderr"), onBytes }),
  ];
  await child.exited;
  // Its helpers do not outlive it, nor keep its output open.
  signalGroup(child.pid, "SIGKILL");
  await Promise.all(drains.map((drain) => drain.finish()));
  const { exitCode, signalCode } = child;
  if (signalCode !== null) return { exitCode: null, signal: String(signalCode) };
  return { exitCode, signal: null };
}

/** The id of a group is not given to another while any process is left in it. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the whole group has ended.
  }
}
