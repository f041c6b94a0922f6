// The write-ahead ledger of faults: a fault is on file before it is injected, so that one whose
// injector was killed can still be found and healed. One JSON line for each step, oldest first.
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import { OperatorError } from "../domain/errors.ts";
import type { FaultPlan } from "../domain/fault.ts";
import { failPoint } from "../infra/fail-point.ts";
import { type LockOptions, withFileLock } from "../infra/file-lock.ts";
import { readFileIfThere, withFileErrors } from "../infra/files.ts";

/** Intended is what may have struck or not: nobody came back to say so. */
export type FaultState = "intended" | "injected" | "healed";

export interface FaultEntry {
  readonly id: number;
  readonly plan: FaultPlan;
  readonly state: FaultState;
  /** When it was intended. */
  readonly atMs: number;
  readonly healedAtMs: number | null;
}

const stepSchema = z.discriminatedUnion("step", [
  z.object({
    step: z.literal("intended"),
    id: z.number().int(),
    at_ms: z.number(),
    plan: z.object({
      fault: z.string(),
      targets: z.array(z.string()),
      details: z.record(z.string(), z.json()),
    }),
  }),
  z.object({ step: z.literal("injected"), id: z.number().int(), at_ms: z.number() }),
  z.object({ step: z.literal("healed"), id: z.number().int(), at_ms: z.number() }),
]);
type Step = z.infer<typeof stepSchema>;
type WrittenStep = Pick<Step, "step" | "id" | "at_ms"> & { readonly plan?: FaultPlan };

const LOCK_WITHIN_MS = 10_000;
/** A fault strikes within seconds. */
const TURN_WITHIN_MS = 60_000;

export interface FaultLedger {
  readonly path: string;
  readonly clock: Clock;
}

/** Its number, when it is safely on file. */
export function intendFault(ledger: FaultLedger, plan: FaultPlan): Promise<number> {
  return whileLocked(ledger, async () => {
    const id = (await readLedger(ledger)).reduce((max, entry) => Math.max(max, entry.id), 0) + 1;
    await append(ledger.path, { step: "intended", id, at_ms: ledger.clock.now(), plan });
    return id;
  });
}

export function noteFault(
  ledger: FaultLedger,
  { id, step }: { readonly id: number; readonly step: "injected" | "healed" },
): Promise<void> {
  const { path, clock } = ledger;
  return whileLocked(ledger, () => append(path, { step, id, at_ms: clock.now() }));
}

/** Oldest first. A last line that a crash cut short is passed over: its step was never taken. */
export async function readLedger({ path }: FaultLedger): Promise<readonly FaultEntry[]> {
  const text = await withFileErrors(`reading the ledger of faults ${path}`, () =>
    readFileIfThere(path),
  );
  const entries = new Map<number, FaultEntry>();
  const whole = (text ?? "").split("\n").slice(0, -1);
  for (const [index, line] of whole.entries()) {
    take(entries, parseStep(line, `${path}:${index + 1}`));
  }
  return [...entries.values()];
}

/**
 * From the look that a fault is planned on until it has struck: of two at the same moment each
 * would find that the other's target is there, and can be counted on. Rejects with code "conflict"
 * after a minute.
 */
export function oneFaultAtATime<T>(
  { path, clock }: FaultLedger,
  work: () => Promise<T>,
): Promise<T> {
  return whileHeld({ path: `${path}.injecting`, withinMs: TURN_WITHIN_MS, clock }, work);
}

function whileLocked<T>({ path, clock }: FaultLedger, work: () => Promise<T>): Promise<T> {
  const lock = { path: `${path}.lock`, withinMs: LOCK_WITHIN_MS, clock };
  return withFileErrors(`writing the ledger of faults ${path}`, () => whileHeld(lock, work));
}

async function whileHeld<T>(lock: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(lock.path), { recursive: true });
  return withFileLock(lock, work);
}

function take(entries: Map<number, FaultEntry>, step: Step): void {
  if (step.step === "intended") {
    const { id, plan, at_ms: atMs } = step;
    entries.set(id, { id, plan, state: "intended", atMs, healedAtMs: null });
    return;
  }
  const entry = entries.get(step.id);
  if (!entry) return;
  const healedAtMs = step.step === "healed" ? step.at_ms : entry.healedAtMs;
  entries.set(step.id, { ...entry, state: step.step, healedAtMs });
}

function parseStep(line: string, where: string): Step {
  try {
    return stepSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new OperatorError("runtime", `${where}: not what operator wrote there`, {
      hint: "take the subject down, or mend the line: what it named may still be broken",
      cause,
    });
  }
}

/** Takes the place of half a line that a crash left. */
async function append(path: string, step: WrittenStep): Promise<void> {
  await using file = await open(path, "a+", 0o600);
  const written = await file.readFile();
  await file.truncate(written.lastIndexOf("\n") + 1);
  failPoint("ledger.opened");
  await file.appendFile(`${JSON.stringify(step)}\n`);
  failPoint("ledger.appended");
  await file.sync();
  failPoint("ledger.synced");
}
