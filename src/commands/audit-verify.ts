// operator audit verify: whether everything is as it was written, and, with a head that was signed
// before, whether anything was cut off since.
import { existsSync, type Stats, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { OperatorError } from "../domain/errors.ts";
import type { AuditVerification, TicketOps } from "../domain/ticket-ops.ts";
import { withFileErrors, writeFileAtomically } from "../infra/files.ts";
import { isSignedBy, parseSignedHead, type SignedHead, signHead } from "../infra/signed-head.ts";
import { formatTime } from "../panels/units.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { DATABASE_ENV, databaseOf, textFlag, usage } from "./flags.ts";
import { printEither } from "./tickets-json.ts";
import { openExistingStore } from "./tickets-store.ts";

type Intact = Extract<AuditVerification, { state: "intact" }>;
type FileProblem = Omit<Extract<AuditVerification, { state: "broken" }>, "state" | "rows">;

export async function verifyAudit(context: CommandContext): Promise<ExitCode> {
  const [signKey, publicKey] = [
    textFlag(context.flags, "signKey"),
    textFlag(context.flags, "publicKey"),
  ];
  if (signKey !== undefined && publicKey !== undefined) {
    throw usage("--sign-key signs, --public-key checks what was signed: one of them");
  }
  if (textFlag(context.flags, "head") !== undefined && !(signKey ?? publicKey)) {
    throw usage("--head needs the key that it was signed with: --public-key, or --sign-key");
  }
  const found = await verifiedFile(context, publicKey ?? keyOfHeadBefore(context, signKey));
  const signed = signKey !== undefined && found.state === "intact";
  if (signed) await writeHead(context, { found, keyFile: signKey });
  const file = signed ? { signed: headFileOf(context) } : {};
  const isCompared = publicKey !== undefined && found.state === "intact";
  const against = isCompared ? await againstWords(context) : [];
  const lines = () => [
    verificationLine(found),
    ...against,
    ...(found.state === "intact" ? found.notes.map((note) => `but ${note}`) : []),
    ...(signed ? [`signed in ${headFileOf(context)}: keep it elsewhere`] : []),
  ];
  printEither(context, { json: { ...found, ...file }, lines });
  return found.state === "intact" ? 0 : 3;
}

/** An older head of the same audit is genuine, too, and says less. */
async function againstWords(context: CommandContext): Promise<readonly string[]> {
  const head = parseSignedHead(await textOf(headFileOf(context)));
  if (!head) return [];
  const when = `signed at ${formatTime(head.signed_at_ms)}`;
  return head.event_id === 0
    ? [`but the head, ${when}, is of an empty audit, and says nothing of this one`]
    : [`as ${when}, up to event ${head.event_id}`];
}

/** A head that would show what was cut off is held against the audit before it is signed over. */
function keyOfHeadBefore(context: CommandContext, signKey: string | undefined) {
  return existsSync(headFileOf(context)) ? signKey : undefined;
}

/** What cannot be read because bytes of it were changed is broken: no failure of the command. */
export async function verifiedFile(
  context: CommandContext,
  keyFile?: string,
): Promise<AuditVerification> {
  const { loneLogProblem, walProblem } = await import("../store/audit-wal.ts");
  const { unopenedProblem } = await import("../store/file-header.ts");
  // Before it is opened: an opening may write, over what shows it.
  const problem =
    loneLogProblem(databaseOf(context)) ??
    unopenedProblem(databaseOf(context)) ??
    walProblem(databaseOf(context)) ??
    (await emptyProblem(context));
  if (problem) return { state: "broken", rows: 0, ...problem };
  try {
    using store = await openExistingStore(context, { isReading: true });
    const found = await store.verifyAudit();
    if (found.state === "broken" || keyFile === undefined) return found;
    return await compareWithHead(context, { store, found, keyFile });
  } catch (error) {
    const { isDamage } = await import("../store/database-error.ts");
    if (!(error instanceof OperatorError && isDamage(error.cause))) throw error;
    return brokenAt("the file", error.message);
  }
}

/** A home without a database is a fresh one; a file that was named is there to hold something. */
async function emptyProblem(context: CommandContext): Promise<FileProblem | undefined> {
  const named = textFlag(context.flags, "db") ?? context.env[DATABASE_ENV];
  const stat = statOf(databaseOf(context));
  if (!named || stat === "hidden") return undefined;
  if (stat === "missing") return ofFile(`there is no ${named}`);
  const what = stat.size === 0 ? "it has no byte" : await blankWords(named);
  return what === undefined
    ? undefined
    : ofFile(`${what}: nothing was ever written to it, or all of it is gone`);
}

/** What may not be looked at is told by who opens it. */
function statOf(path: string): Stats | "missing" | "hidden" {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? "missing";
  } catch {
    return "hidden";
  }
}

function ofFile(reason: string): FileProblem {
  return { row: "the file", firstBadId: null, reason };
}

/** Until its first checkpoint all that a file holds is in the log. */
async function blankWords(path: string): Promise<string | undefined> {
  const { isBlank } = await import("../store/file-header.ts");
  const { hasLog } = await import("../store/audit-wal.ts");
  const isLost = !hasLog(path) && isBlank(path);
  return isLost ? "no table is in it, and no log is beside it" : undefined;
}

interface Comparison {
  readonly store: TicketOps;
  readonly found: Intact;
  readonly keyFile: string;
}

async function compareWithHead(
  context: CommandContext,
  { store, found, keyFile }: Comparison,
): Promise<AuditVerification> {
  const file = headFileOf(context);
  const head = parseSignedHead(await textOf(file));
  if (!head)
    return brokenAt(`the signed head ${file}`, "it is none that was written by --sign-key");
  const keyPem = await textOf(keyFile);
  if (!isSignedBy(head, keyPem)) {
    return brokenAt(`the signed head ${file}`, `its signature is not of the key in ${keyFile}`);
  }
  return cutOff(head, found) ?? (await changedSince(store, head)) ?? found;
}

function cutOff({ event_id, signed_at_ms }: SignedHead, { rows }: Intact) {
  if (event_id <= rows) return undefined;
  const when = formatTime(signed_at_ms);
  return brokenAt(
    `event ${rows + 1}`,
    `it is missing: there were ${event_id} at ${when}`,
    rows + 1,
  );
}

async function changedSince(store: TicketOps, { event_id, hash }: SignedHead) {
  if (event_id === 0) return undefined;
  const [event] = await store.eventsOf({ afterId: event_id - 1, limit: 1 });
  if (event?.hash === hash) return undefined;
  return brokenAt(`event ${event_id}`, "it, or one before it, is not what was signed", event_id);
}

async function writeHead(
  context: CommandContext,
  { found, keyFile }: { readonly found: Intact; readonly keyFile: string },
): Promise<void> {
  const keyPem = await textOf(keyFile);
  const { rows: event_id, head: hash } = found;
  const head = { version: 1 as const, event_id, hash, signed_at_ms: context.clock.now() };
  const text = `${JSON.stringify(signHead(head, keyPem))}\n`;
  const file = headFileOf(context);
  await withFileErrors(`writing ${file}`, () => writeFileAtomically(file, text));
}

function headFileOf(context: CommandContext): string {
  return textFlag(context.flags, "head") ?? `${databaseOf(context)}.head`;
}

function textOf(file: string): Promise<string> {
  return withFileErrors(`reading ${file}`, () => readFile(file, "utf8"));
}

function brokenAt(row: string, reason: string, firstBadId: number | null = null) {
  return { state: "broken", rows: 0, row, firstBadId, reason } as const;
}

export function verificationLine(found: AuditVerification): string {
  if (found.state === "broken") return `audit broken at ${found.row}: ${found.reason}`;
  if (found.rows === 0) return "no audit yet: there is nothing to verify";
  const { rows, compacted, head } = found;
  const removed = compacted === 0 ? "" : `, ${compacted} of them compacted`;
  return `audit intact: ${rows} events${removed}, head ${head}`;
}
