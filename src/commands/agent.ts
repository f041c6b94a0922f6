// operator agent: takes tickets, diagnoses and repairs under guard, until a signal or --once.
import { hostname } from "node:os";
import { version } from "../../package.json";
import { loadSubject } from "../../subjects/index.ts";
import { classifyCommand } from "../agent/guard/classify-command.ts";
import { DEFAULT_LIMITS, type Limits } from "../agent/limits.ts";
import { runAgent } from "../agent/loop.ts";
import { createRedactor } from "../agent/redact.ts";
import type { Runbook, RunbookTicket } from "../domain/runbook.ts";
import { closeOwnMemory } from "../infra/own-memory.ts";
import { openModel } from "../models/open-model.ts";
import { modeOf } from "./agent-mode.ts";
import { describeSandbox, requiredSandbox } from "./agent-sandbox.ts";
import { findShellSandbox, openAgentShell, secretsFor, shellKnowledge } from "./agent-shell.ts";
import { withParentPipe } from "./child-mode.ts";
import { type CommandContext, type ExitCode, exitCodeOfSignal } from "./context.ts";
import { choiceFlag, durationFlag, isFlagSet, numberFlag, textFlag } from "./flags.ts";
import { openPatiently, openStore } from "./open-store.ts";
import { type OpenedSubject, openSubject } from "./open-subject.ts";
import { openWhileItRestarts } from "./open-subject-patiently.ts";
import { followPolicy, loadPolicy, sayStrangers } from "./policy-file.ts";
import { sessionInFile, sessionInStore } from "./recorded-session.ts";
import { openExistingStore } from "./tickets-store.ts";

const LEASE_MS = 30_000;
/** Longer than an action takes, and than the lease of a session that died in one. */
const TURN_MS_MAX = 40_000;
const IDLE_MS = 500;
const POLL_MS = 250;
const BACKOFF_MS = 1_000;

export async function runAgentCommand(outer: CommandContext): Promise<ExitCode> {
  closeOwnMemory();
  const context = withParentPipe(outer);
  const { flags, env, clock, random, signal, printOrLose: print } = context;
  const mode = modeOf(context);
  const limits = limitsOf(context);
  const policy = followPolicy({ context, found: await loadPolicy(context), print });
  const once = isFlagSet(flags, "once");
  const onShutdown = choiceFlag(flags, "onShutdown", ["escalate", "release"]) ?? "escalate";
  const leaseMs = durationFlag(flags, "lease") ?? LEASE_MS;
  const subject = await subjectOf(context);
  const { model, notice } = await openModel({
    name: textFlag(flags, "model"),
    env,
    clock,
    runbooks: findRunbook,
    recordings: (recorded) => findRecording(context, recorded),
  });
  if (notice !== undefined) context.printError(notice);
  const found = await findShellSandbox(context);
  const sandbox = requiredSandbox(context, found);
  if (!sandbox) context.printError(`[Sandbox] ${describeSandbox(found)}`);
  const shell = await opening(context, () => openAgentShell(context, sandbox));
  using queue = await opening(context, () => openStore(context, { isLeftAtRest: true }));
  if (!shell || !queue) return exitCodeOfSignal(signal);
  const warn = sayStrangers({ policy, print });
  const opened = (open: () => Promise<OpenedSubject>) =>
    once ? open() : openWhileItRestarts(context, open);
  await runAgent({
    ...{
      queue,
      model,
      mode,
      shell,
      limits,
      clock,
      random,
      signal,
      print,
      leaseMs,
      once,
      onShutdown,
      approvesReplaced: true,
      turnMsMax: TURN_MS_MAX,
      subject,
      version,
    },
    agentId: `${hostname()}-${process.pid}`,
    openSubject: async (name) => {
      const { subject: one, topology } = await opened(() => openSubject(context, name));
      await warn(topology);
      return one;
    },
    knowledge: shellKnowledge(context, sandbox),
    classify: classifyCommand,
    policy,
    redact: createRedactor(secretsFor(context)),
    idleMs: IDLE_MS,
    pollMs: POLL_MS,
    backoffMs: BACKOFF_MS,
  });
  return exitCodeOfSignal(signal);
}

/** With --once at once or not at all; a daemon waits for what is not ready yet. */
function opening<T>(context: CommandContext, open: () => Promise<T>): Promise<T | undefined> {
  return isFlagSet(context.flags, "once") ? open() : openPatiently(context, open);
}

/** Rejects with the valid names: an agent for a subject that never comes would wait for ever. */
async function subjectOf({ flags }: CommandContext): Promise<string | undefined> {
  const name = textFlag(flags, "subject");
  return name === undefined ? undefined : (await loadSubject(name)).name;
}

function limitsOf({ flags }: CommandContext): Limits {
  const { turnsMax, tokensMax, costUsdMax, outputBytesMax } = DEFAULT_LIMITS;
  return {
    ...DEFAULT_LIMITS,
    turnsMax: numberFlag(flags, "turnsMax", { min: 1, max: 1_000 }) ?? turnsMax,
    tokensMax: numberFlag(flags, "tokensMax", { min: 1_000, max: 100_000_000 }) ?? tokensMax,
    costUsdMax: numberFlag(flags, "costMax", { min: 0.01, max: 1_000 }) ?? costUsdMax,
    sessionMsMax: durationFlag(flags, "sessionMax") ?? DEFAULT_LIMITS.sessionMsMax,
    commandMsMax: durationFlag(flags, "commandMax") ?? DEFAULT_LIMITS.commandMsMax,
    approvalMsMax: durationFlag(flags, "approvalMax") ?? DEFAULT_LIMITS.approvalMsMax,
    outputBytesMax: numberFlag(flags, "outputMax", { min: 256, max: 1_048_576 }) ?? outputBytesMax,
  };
}

/** A file's name ends as those that `audit export` writes. */
async function findRecording(context: CommandContext, recorded: string) {
  if (recorded.endsWith(".jsonl")) return (await sessionInFile(recorded, undefined)).events;
  using store = await openExistingStore(context, { isReading: true });
  return (await sessionInStore(store, recorded)).events;
}

async function findRunbook({ subject, invariant }: RunbookTicket): Promise<Runbook | undefined> {
  const { runbooks } = await loadSubject(subject);
  return Object.hasOwn(runbooks, invariant) ? runbooks[invariant] : undefined;
}
