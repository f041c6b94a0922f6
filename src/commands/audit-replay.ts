// operator audit replay: a session again, offline, from the database or from an exported file.
// Nothing of it is done again.
import { version } from "../../package.json";
import { unreachable } from "../domain/errors.ts";
import { plainLine } from "../panels/plain-text.ts";
import type { Replay } from "../replay/replay.ts";
import { counted } from "./audit-explain-done.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { textFlag } from "./flags.ts";
import { type RecordedSession, sessionInFile, sessionInStore } from "./recorded-session.ts";
import { printEither } from "./tickets-json.ts";
import { openExistingStore } from "./tickets-store.ts";

const NO_END = "its end is missing, as where an agent was killed";
const OLDER = "its record is an older one: how the guard read its commands was taken from it";

export async function replayAudit(context: CommandContext): Promise<ExitCode> {
  const { sessionId, events } = await recordedSession(context);
  const { replaySession } = await import("../replay/replay.ts");
  const replayed = await replaySession(events);
  const json = { sessionId, ...replayed };
  printEither(context, { json, lines: () => replayLines(sessionId, replayed) });
  return replayed.state === "same" ? 0 : 3;
}

/** An export needs no database, and no home. */
async function recordedSession(context: CommandContext): Promise<RecordedSession> {
  const file = textFlag(context.flags, "from");
  const typed = context.words[1];
  if (file !== undefined) return sessionInFile(file, typed);
  using store = await openExistingStore(context);
  return await sessionInStore(store, typed);
}

function replayLines(sessionId: string, replay: Replay): readonly string[] {
  const session = `session ${sessionId}`;
  switch (replay.state) {
    case "same": {
      const end = replay.isWhole ? "" : `, as far as it was recorded: ${NO_END}`;
      const what = `${counted(replay.questions, "question")}, ${counted(replay.rows, "audit row")}`;
      const older = replay.isReadAnew ? "" : `; ${OLDER}`;
      return [`${session} replayed: the same, byte for byte (${what})${end}${older}`];
    }
    case "different":
      return [
        `${session} replayed: it differs at ${replay.where}`,
        ...replay.diff.map(plainLine),
        ...otherVersionLines(replay.recordedBy),
      ];
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
