// operator audit replay: a session again, offline, from the database or from an exported file.
// Nothing of it is done again.
import { version } from "../../package.json";
import type { MisfitRow } from "../domain/audit.ts";
import { unreachable } from "../domain/errors.ts";
import { plainLine } from "../panels/plain-text.ts";
import type { Replay } from "../replay/replay.ts";
import { counted } from "./audit-explain-done.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import type { MisfitLine } from "./exported-lines.ts";
import { textFlag } from "./flags.ts";
import {
  type CheckedRecord,
  type CheckedSession,
  checkedInFile,
  checkedInStore,
} from "./recorded-session.ts";
import { printEither } from "./tickets-json.ts";
import { openExistingStore } from "./tickets-store.ts";

/** It was asked of each row before. */
const UNTOUCHED =
  "each row gives its hash: this build comes to something else than the one that recorded it, " +
  "or all rows were forged (operator audit verify with a signed head tells)";
const NO_END = "its end is missing, as where an agent was killed";
const OLDER = "its record is an older one: how the guard read its commands was taken from it";

const LEFT_OUT =
  "its export is an older one, without the rows of others: none tells that no row of its own " +
  "was taken out, too";

export async function replayAudit(context: CommandContext): Promise<ExitCode> {
  const { sessionId, ...recorded } = await recordedSession(context);
  const replayed = await replayChecked(recorded);
  const json = { sessionId, ...replayed };
  printEither(context, { json, lines: () => replayLines(sessionId, replayed) });
  return replayed.state === "same" ? 0 : 3;
}

type CheckedReplay =
  | (Replay & { readonly isGapless: boolean })
  | ({ readonly state: "altered" } & (MisfitRow | MisfitLine));

/** Much of a record the loop does not depend on: that it is as it was written its hashes tell. */
async function replayChecked(recorded: CheckedRecord): Promise<CheckedReplay> {
  if ("reason" in recorded) return { state: "altered", ...recorded };
  const { replaySession } = await import("../replay/replay.ts");
  const { events, isGapless } = recorded;
  return { ...(await replaySession(events)), isGapless };
}

/** An export needs no database, and no home. */
async function recordedSession(context: CommandContext): Promise<CheckedSession> {
  const file = textFlag(context.flags, "from");
  const typed = context.words[1];
  if (file !== undefined) return checkedInFile(file, typed);
  using store = await openExistingStore(context, { isReading: true });
  return await checkedInStore(store, typed);
}

function replayLines(sessionId: string, replay: CheckedReplay): readonly string[] {
  const session = `session ${sessionId}`;
  switch (replay.state) {
    case "same": {
      const end = replay.isWhole ? "" : `, as far as it was recorded: ${NO_END}`;
      const what = `${counted(replay.questions, "question")}, ${counted(replay.rows, "audit row")}`;
      const older = replay.isReadAnew ? "" : `; ${OLDER}`;
      const leftOut = replay.isGapless ? "" : `; ${LEFT_OUT}`;
      return [`${session} replayed: the same, byte for byte (${what})${end}${older}${leftOut}`];
    }
    case "different":
      return [
        `${session} replayed: it differs at ${replay.where}`,
        ...replay.diff.map(plainLine),
        ...otherVersionLines(replay.recordedBy),
        UNTOUCHED,
      ];
    case "altered": {
      const where = "row" in replay ? `row ${replay.row}` : `line ${replay.line} of the file`;
      return [`${session} is not replayed: ${where} is not as it was written: ${replay.reason}`];
    }
    case "unrecorded":
      return [`${session} cannot be replayed: ${replay.reason}`];
    default:
      return unreachable(replay);
  }
}

/** Then it need not be the record that was changed. */
function otherVersionLines(recordedBy: string | null): readonly string[] {
  if (recordedBy === version) return [];
  const by = recordedBy === null ? "an operator of an older version" : `operator ${recordedBy}`;
  return [plainLine(`it was recorded by ${by}, and this is ${version}: that may be why`)];
}
