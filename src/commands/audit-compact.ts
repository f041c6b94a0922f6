// operator audit compact: what sessions of tickets long resolved said and saw is taken out of the
// database, and the file shrinks; its hashes stay, so that the audit can still be verified. What is
// wanted later is exported before.
import { statSync } from "node:fs";
import { OperatorError } from "../domain/errors.ts";
import type { Compaction, TicketOps } from "../domain/ticket-ops.ts";
import { formatBytes, formatCount, formatTime } from "../panels/units.ts";
import { verificationLine, verifiedFile } from "./audit-verify.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { databaseOf, durationFlag, isFlagSet, textFlag, usage } from "./flags.ts";
import { isDatabaseMissing } from "./open-store.ts";
import { printEither } from "./tickets-json.ts";
import { openExistingStore } from "./tickets-store.ts";

/** Between two transactions: who waits for the lock looks for it more often than that. */
const PAUSE_MS = 20;

/** Exit 3 for an audit that is broken: then nothing is removed, for it may tell what happened. */
export async function compactAudit(context: CommandContext): Promise<ExitCode> {
  const olderThanMs = ageOf(context);
  const isDryRun = isFlagSet(context.flags, "dryRun");
  const cutoffMs = Math.max(0, context.clock.now() - olderThanMs);
  if (isDatabaseMissing(context)) throw usage("there is no database yet: nothing to compact");
  const found = await verifiedFile(context);
  if (found.state === "broken") {
    printEither(context, { json: found, lines: () => [verificationLine(found), "left as it is"] });
    return 3;
  }
  using store = await openExistingStore(context);
  const before = fileBytesOf(context);
  const step = (afterId: number) =>
    isDryRun
      ? store.planCompaction({ cutoffMs, afterId })
      : store.compactAudit({ cutoffMs, afterId });
  const sum = await inSteps(context, step);
  const canShrink = isDryRun || (await shrink(store, context));
  const file = { bytesBefore: before, bytesAfter: fileBytesOf(context), canShrink };
  const json = { cutoffMs, isDryRun, ...sum, file };
  printEither(context, { json, lines: () => linesOf(json) });
  return 0;
}

/** A number alone is refused: it would be seconds, is meant to be days, and nothing comes back. */
function ageOf({ flags }: CommandContext): number {
  const typed = textFlag(flags, "olderThan");
  if (typed !== undefined && /^\d+$/.test(typed)) {
    throw usage(`--older-than ${typed}: it needs its unit, as in ${typed}d`);
  }
  const ageMs = durationFlag(flags, "olderThan");
  if (ageMs === undefined) throw usage("compact needs an age: --older-than 90d");
  return ageMs;
}

type Sum = Omit<Compaction, "lastId">;

async function inSteps(
  { clock, signal }: CommandContext,
  step: (afterId: number) => Promise<Compaction>,
): Promise<Sum> {
  const sum = { events: 0, bytes: 0, kept: 0 };
  for (let afterId: number | undefined = 0; afterId !== undefined; ) {
    if (signal.aborted) throw interrupted(sum);
    const { lastId, ...done }: Compaction = await step(afterId);
    sum.events += done.events;
    sum.bytes += done.bytes;
    sum.kept += done.kept;
    afterId = lastId;
    await clock.sleep(PAUSE_MS, signal);
  }
  return sum;
}

function interrupted({ events }: Sum): OperatorError {
  const message = `compacting: interrupted after ${events} events`;
  return new OperatorError("interrupted", message, { hint: "the same command goes on" });
}

/** False for a file that only uses its free pages again. */
async function shrink(store: TicketOps, { clock, signal }: CommandContext): Promise<boolean> {
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const { freePages, canShrink } = await store.shrinkFile();
    if (!canShrink) return false;
    // Others use free pages, and free some: it ends when a step has won nothing, too.
    if (freePages === 0 || freePages >= before || signal.aborted) return true;
    before = freePages;
    await clock.sleep(PAUSE_MS, signal);
  }
}

function fileBytesOf(context: CommandContext): number {
  return statSync(databaseOf(context), { throwIfNoEntry: false })?.size ?? 0;
}

interface Compacted extends Sum {
  readonly cutoffMs: number;
  readonly isDryRun: boolean;
  readonly file: {
    readonly bytesBefore: number;
    readonly bytesAfter: number;
    readonly canShrink: boolean;
  };
}

function linesOf({ cutoffMs, isDryRun, events, bytes, kept, file }: Compacted): readonly string[] {
  const { bytesBefore, bytesAfter, canShrink } = file;
  const whose = `of tickets resolved before ${formatTime(cutoffMs)}`;
  const what = `the content of ${formatCount(events)} events, ${formatBytes(bytes)}, ${whose}`;
  const old = `${formatCount(kept)} events of an older version stay: their hashes need their text`;
  const size = canShrink
    ? `the file had ${formatBytes(bytesBefore)} and has ${formatBytes(bytesAfter)}`
    : "the file keeps its size, for an older version made it: what is free in it is used again";
  return [
    `${isDryRun ? "would remove" : "removed"} ${what}`,
    ...(kept === 0 ? [] : [old]),
    ...(isDryRun ? [] : [size, "their hashes stay: operator audit verify"]),
  ];
}
