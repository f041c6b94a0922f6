// The real Shell: sh in a session of its own, which dies as a whole: at its deadline, on abort,
// beyond a bound, when the command has ended (what it left in the background), and with us.
import type { Clock } from "../domain/clock.ts";
import { messageOf } from "../domain/errors.ts";
import type { Shell, ShellOptions, ShellResult, SubjectPlace } from "../domain/shell.ts";
import { PARENT_PIPE_ENV } from "./child.ts";
import { awaitExcess, type Watching } from "./command-excess.ts";
import { dyingWithUs } from "./dies-with-us.ts";
import { createOutputCollector, type OutputCollector } from "./exec-output.ts";
import { failPoint } from "./fail-point.ts";
import { plainWords } from "./plain-words.ts";
import { killSession, signalSession, type Whose } from "./process-session.ts";
import { noteBounds, SHELL_BOUNDS, type ShellBounds } from "./shell-bounds.ts";
import { NO_LIMITS, openLimits } from "./shell-limits.ts";

/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 2_000;
/** For what the dead still had to say; only a process that left the session takes so long. */
const DRAIN_MS = 500;

export interface ShellWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `operator` has besides, where it is the whole line. */
  readonly ownEnv?: ShellWorld["env"];
  readonly cwd: string;
  /** Of what changes something, where that is another folder. */
  readonly changesIn?: string;
  readonly clock: Clock;
  readonly bounds?: ShellBounds;
  /** Holds what only looks. Absent: it runs as everything else does, within the kernel's limits. */
  readonly sandbox?: Sandbox | undefined;
}

export interface Sandbox {
  /** Undefined for a command that has to run outside. */
  enclose(command: string, place: SubjectPlace): Promise<Enclosure | undefined>;
}

/** Disposed of when the command has ended. */
export interface Enclosure extends AsyncDisposable {
  /** Runs the command, in its place. */
  readonly argv: readonly string[];
  /** Of what it was kept from, so far. */
  notes(): readonly string[];
}

/** What a change redirects goes into new files, through no link. The guard counts on it. */
const NO_CLOBBER = ["-C"];
const FILES_ARE_GONE = "it ran in a sandbox: what it wrote below /tmp is gone with it";

type Cause = "exited" | "timed_out" | "aborted" | "bounded";

interface End {
  readonly cause: Cause;
  readonly notes: readonly string[];
}

export function createShell(world: ShellWorld): Shell {
  return {
    async run(command, options) {
      const startedAtMs = world.clock.elapsed();
      const { reach } = options;
      const isLook = reach.type === "look";
      try {
        await using enclosure = isLook
          ? await world.sandbox?.enclose(command, reach.at)
          : undefined;
        const argv = enclosure?.argv ?? ["/bin/sh", ...(isLook ? [] : NO_CLOBBER), "-c", command];
        using limits = isLook ? openLimits(world.bounds ?? SHELL_BOUNDS) : NO_LIMITS;
        const cwd = isLook ? world.cwd : (world.changesIn ?? world.cwd);
        const isOwn = plainWords(command)?.[0] === "operator";
        const env = isOwn ? { ...world.env, ...world.ownEnv } : world.env;
        const group = spawnGroup(argv, { env, cwd, limits: limits.script });
        failPoint("command.spawned");
        const result = await runGroup(group, options, world);
        const isGone = enclosure && isLook && reach.writesTemporaryFiles;
        const ofSandbox = [...(enclosure?.notes() ?? []), ...(isGone ? [FILES_ARE_GONE] : [])];
        if (ofSandbox.length === 0) return result;
        return { ...result, notes: [...(result.notes ?? []), ...ofSandbox] };
      } catch (error) {
        const durationMs = world.clock.elapsed() - startedAtMs;
        return cannotStart(messageOf(error), durationMs);
      }
    },
  };
}

function spawnGroup(
  argv: readonly string[],
  { env, cwd, limits }: Pick<ShellWorld, "env" | "cwd"> & { readonly limits: string },
) {
  return Bun.spawn([...dyingWithUs({ limits, isOneStream: true }), ...argv], {
    cwd,
    // Our parent's pipe is not the command's: an operator in it would take itself for an orphan.
    env: { ...env, [PARENT_PIPE_ENV]: undefined },
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
}

type Group = ReturnType<typeof spawnGroup>;

async function runGroup(
  group: Group,
  options: ShellOptions,
  { clock, bounds = SHELL_BOUNDS }: ShellWorld,
): Promise<ShellResult> {
  const startedAtMs = clock.elapsed();
  const collector = createOutputCollector(options.outputBytesMax);
  const stopReading = new AbortController();
  const drained = drain(group.stdout, collector, stopReading.signal);
  const { cause, notes } = await awaitEnd(group, options, { clock, bounds });
  if (cause === "timed_out" || cause === "aborted") {
    signalSession(group.pid, "SIGTERM");
    await within(group.exited, GRACE_MS, clock);
  }
  killSession(group.pid);
  await group.exited;
  await within(drained, DRAIN_MS, clock);
  stopReading.abort();
  const output = collector.result();
  const signal = group.signalCode === null ? null : String(group.signalCode);
  const exitCode = signal === null ? group.exitCode : null;
  const ended = { exitCode, signal, output: `${output.head}${output.tail}` };
  const isTold = notes.length > 0 || options.reach.type === "change";
  const told = isTold ? notes : noteBounds(ended, bounds);
  return {
    exitCode,
    signal,
    timedOut: cause === "timed_out",
    aborted: cause === "aborted",
    durationMs: clock.elapsed() - startedAtMs,
    output,
    ...(told.length > 0 && { notes: told }),
  };
}

type Bounded = Pick<Watching, "clock" | "bounds">;

async function awaitEnd(group: Group, options: ShellOptions, watching: Bounded): Promise<End> {
  const { timeoutMs, signal, reach } = options;
  const settled = new AbortController();
  const waiting = AbortSignal.any([signal, settled.signal]);
  const because = (cause: Cause): End => ({ cause, notes: [] });
  // What a change starts goes on in a session of its own, and is none of the command's use.
  const counted = reach.type === "look" ? "family" : "session";
  const whose: Whose = { leaderPid: group.pid, counted };
  const end = await Promise.race([
    group.exited.then(() => because("exited")),
    watching.clock
      .sleep(timeoutMs, waiting)
      .then(() => because(signal.aborted ? "aborted" : "timed_out")),
    awaitExcess(whose, { ...watching, until: waiting }).then(
      (excess): End =>
        excess === undefined
          ? because("aborted")
          : { cause: "bounded", notes: [`it was killed with all that it started: ${excess}`] },
    ),
  ]);
  settled.abort();
  return end;
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
