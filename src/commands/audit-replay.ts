// What a replay came to, for people. Pure.
import { unreachable } from "../domain/errors.ts";
import { plainLine } from "../panels/plain-text.ts";
import type { Replay } from "../replay/replay.ts";

export function replayLines(sessionId: string, replay: Replay): readonly string[] {
  const session = `session ${sessionId}`;
  switch (replay.state) {
    case "same": {
      const end = replay.isWhole ? "" : ", as far as it was recorded: its agent ended before that";
      const what = `${replay.questions} questions, ${replay.rows} audit rows`;
      return [`${session} replayed: the same, byte for byte (${what})${end}`];
    }
    case "different":
      return [`${session} replayed: it differs at ${replay.where}`, ...replay.diff.map(plainLine)];
    case "unrecorded":
      return [`${session} cannot be replayed: ${replay.reason}`];
    default:
      return unreachable(replay);
  }
}
