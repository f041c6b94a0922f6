// What an earlier broker had allowed, and was killed before it could say what became of it: found
// in the record at the start, and said once, with what is seen of the member before anything else
// is done with it.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { MemberStatus } from "../../domain/runtime.ts";
import { isMissing } from "../../infra/files.ts";
import { parseJsonText } from "../../infra/json-text.ts";
import { OFFERED_OPERATIONS, type OfferedOperation } from "./protocol.ts";
import type { BrokerRecord } from "./record.ts";

const lineSchema = z.object({
  at_ms: z.number(),
  event: z.string(),
  do: z.enum(OFFERED_OPERATIONS),
  member: z.string(),
});

export type InterruptedOperation = z.infer<typeof lineSchema>;

const ENDS = ["done", "failed", "interrupted"];

/** Of a record, which is read once: the file before it, then the file itself. Oldest first. */
export async function readInterrupted(path: string): Promise<readonly InterruptedOperation[]> {
  // One operation at a time with a member.
  const open = new Map<string, InterruptedOperation>();
  for (const file of [`${path}.1`, path]) {
    if (isMissing(file)) continue;
    for await (const text of createInterface({ input: createReadStream(file) })) {
      const line = lineOf(text);
      if (line?.event === "allowed") open.set(line.member, line);
      else if (line && ENDS.includes(line.event)) open.delete(line.member);
    }
  }
  return [...open.values()];
}

/** Undefined for what is of no member, or was cut short by a crash. */
function lineOf(text: string): InterruptedOperation | undefined {
  return lineSchema.safeParse(parseJsonText(text)).data;
}

export interface SettlingOptions {
  readonly record: BrokerRecord;
  readonly interrupted: readonly InterruptedOperation[];
}

/** To be told of each look, until there is nothing left to say: the first one says it. */
export type Settling = (members: readonly MemberStatus[]) => Promise<void>;

/** Its calls reject as the record does; what was not written then is found at the next start. */
export function createSettling({ record, interrupted }: SettlingOptions): Settling {
  let left = interrupted;
  return async (members) => {
    const told = left;
    left = [];
    for (const operation of told) {
      const { do: verb, member } = operation;
      const status = members.find(({ name }) => name === member);
      await record.add({ event: "interrupted", do: verb, member, text: became(operation, status) });
    }
  };
}

/** Pure. "So far", for an engine goes on with what it was told when who told it is gone. */
export function became(
  operation: Pick<InterruptedOperation, "do" | "at_ms">,
  status: MemberStatus | undefined,
): string {
  if (!status) return "whether it took effect cannot be told: it is no member any more";
  if (operation.do === "restart") return restartBecame(operation, status);
  const isReached = status.state === STATE_AFTER[operation.do];
  return `${isReached ? "it took effect" : "it has had no effect so far"}: it is ${status.state}`;
}

const STATE_AFTER: Readonly<Record<Exclude<OfferedOperation, "restart">, MemberStatus["state"]>> = {
  start: "running",
  stop: "stopped",
  pause: "paused",
  resume: "running",
};

function restartBecame(
  { at_ms: allowedAtMs }: Pick<InterruptedOperation, "at_ms">,
  { state, startedAtMs }: MemberStatus,
): string {
  if (state === "stopped") return "it was cut short: it is stopped, and not started again";
  if (startedAtMs === null) return `whether it took effect cannot be told: it is ${state}`;
  return startedAtMs >= allowedAtMs
    ? `it took effect: it is ${state}, and was started after it was allowed`
    : `it has had no effect so far: it is ${state}, and was started before it was allowed`;
}
