// operator audit replay: a session again, offline, from the database or from an exported file.
// Nothing of it is done again.
import { unreachable } from "../domain/errors.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { plainLine } from "../panels/plain-text.ts";
import type { Replay } from "../replay/replay.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { textFlag } from "./flags.ts";
import { sessionInFile, sessionInStore } from "./recorded-session.ts";
import { printEither } from "./tickets-json.ts";

export async function replayAudit(store: TicketOps, context: CommandContext): Promise<ExitCode> {
  const file = textFlag(context.flags, "from");
  const typed = context.words[1];
  const { sessionId, events } =
    file === undefined ? await sessionInStore(store, typed) : await sessionInFile(file, typed);
  const { replaySession } = await import("../replay/replay.ts");
  const replayed = await replaySession(events);
  const json = { sessionId, ...replayed };
  printEither(context, { json, lines: () => replayLines(sessionId, replayed) });
  return replayed.state === "same" ? 0 : 3;
}

const OLDER = "its record is an older one: how the guard read its commands was taken from it";

function replayLines(sessionId: string, replay: Replay): readonly string[] {
  const session = `session ${sessionId}`;
  switch (replay.state) {
    case "same": {
      const end = replay.isWhole ? "" : ", as far as it was recorded: its agent ended before that";
      const what = `${replay.questions} questions, ${replay.rows} audit rows`;
      const older = replay.isReadAnew ? "" : `; ${OLDER}`;
      return [`${session} replayed: the same, byte for byte (${what})${end}${older}`];
    }
    case "different":
      return [`${session} replayed: it differs at ${replay.where}`, ...replay.diff.map(plainLine)];
    case "unrecorded":
      return [`${session} cannot be replayed: ${replay.reason}`];
    default:
      return unreachable(replay);
  }
}
