// The broker's own guard of operations: one at a time for each member, not too often, and never so
// that a role loses its majority. What passes is on record before it is done.
import type { Clock } from "../../domain/clock.ts";
import { messageOf } from "../../domain/errors.ts";
import type { MemberStatus, Runtime } from "../../domain/runtime.ts";
import { createAllowance } from "./allowance.ts";
import { harmOf } from "./harm.ts";
import type { Settling } from "./interrupted.ts";
import type { OfferedOperation } from "./protocol.ts";
import type { BrokerRecord } from "./record.ts";

export interface OperationCall {
  readonly do: OfferedOperation;
  readonly member: string;
}

export interface OperationsOptions {
  readonly record: BrokerRecord;
  /** Told of every look before anything is done: what was interrupted is on record first. */
  readonly settle: Settling;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export type OperationEnd =
  | { readonly state: "done"; readonly member: MemberStatus }
  | { readonly state: "refused"; readonly reason: string; readonly hint?: string };

/** Of one member: a person's pace. A repair needs one operation, or two. */
const OPERATIONS_AT_ONCE = 6;
const OPERATION_EVERY_MS = 10_000;
/** Waiting or under way: what an engine that hangs holds up must not be done hours later. */
const OPERATIONS_MAX = 16;

export interface Operations {
  /** Of a declared member. Rejects as `Runtime.operate` does, for what was allowed and failed. */
  run(runtime: Runtime, call: OperationCall): Promise<OperationEnd>;
  /** Resolves when none is under way. */
  settled(): Promise<void>;
}

/** What is under way, and what was of late: of one broker. */
interface Desk extends OperationsOptions {
  readonly inWork: Map<string, OfferedOperation>;
  readonly allowances: Map<string, () => boolean>;
  lastJudged: Promise<unknown>;
}

export function createOperations(options: OperationsOptions): Operations {
  const desk: Desk = {
    ...options,
    inWork: new Map(),
    allowances: new Map(),
    lastJudged: Promise.resolve(),
  };
  const underWay = new Set<Promise<unknown>>();
  return {
    run(runtime, call) {
      if (underWay.size >= OPERATIONS_MAX) {
        return Promise.resolve(refuse("too many operations at once", "ask again"));
      }
      const ended = run(desk, runtime, call);
      const settled: Promise<unknown> = ended
        .catch(() => undefined)
        .then(() => underWay.delete(settled));
      underWay.add(settled);
      return ended;
    },
    async settled() {
      await Promise.all(underWay);
    },
  };
}

async function run(desk: Desk, runtime: Runtime, call: OperationCall): Promise<OperationEnd> {
  // One judgement after the other: two that are harmless alone may not be so together.
  const judged = desk.lastJudged.then(() => admit(desk, runtime, call));
  desk.lastJudged = judged.catch(() => undefined);
  const refusal = await judged;
  if (refusal) return refusal;
  try {
    return { state: "done", member: await carryOut(desk, runtime, call) };
  } finally {
    desk.inWork.delete(call.member);
  }
}

/** Undefined when it may be done: then the member is taken, and the record says so. */
async function admit(
  { inWork, record, settle, ...desk }: Desk,
  runtime: Runtime,
  call: OperationCall,
): Promise<OperationEnd | undefined> {
  const { do: operation, member: target } = call;
  const other = inWork.get(target);
  if (other) return refuse(`${other} of ${target} is under way`, "ask again when it has ended");
  if (!allowanceOf(desk, target)()) {
    const hint = `one more in ${OPERATION_EVERY_MS / 1000} s`;
    return refuse(`${target} was operated on ${OPERATIONS_AT_ONCE} times of late`, hint);
  }
  // Before the look: what ends during it may not be seen in it.
  const others = [...inWork.keys()];
  const members = await runtime.members();
  await settle(members);
  const harm = harmOf({ operation, target, members, inWork: others });
  if (harm !== undefined) return refuse(harm, "bring another member of its role back first");
  await record.add({ event: "allowed", ...call });
  inWork.set(target, operation);
  return undefined;
}

function allowanceOf(
  { allowances, clock }: Pick<Desk, "allowances" | "clock">,
  member: string,
): () => boolean {
  const limits = { atOnce: OPERATIONS_AT_ONCE, everyMs: OPERATION_EVERY_MS, clock };
  const allowance = allowances.get(member) ?? createAllowance(limits);
  allowances.set(member, allowance);
  return allowance;
}

async function carryOut(
  { record, clock, signal }: Desk,
  runtime: Runtime,
  call: OperationCall,
): Promise<MemberStatus> {
  const startedAtMs = clock.elapsed();
  const ended = await runtime.operate(call.member, call.do, signal).then(
    (status) => ({ event: "done", text: `it is ${status.state}`, status }) as const,
    (error: unknown) => ({ event: "failed", text: messageOf(error), error }) as const,
  );
  const { event, text } = ended;
  await record.add({ event, ...call, text, duration_ms: clock.elapsed() - startedAtMs });
  if (ended.event === "failed") throw ended.error;
  return ended.status;
}

function refuse(reason: string, hint: string): OperationEnd {
  return { state: "refused", reason, hint };
}
