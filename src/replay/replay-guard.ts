// The guard over a record: what it knew of the machine is as it was recorded, and each command line
// is read anew. One whose secrets were taken out is read no more: it would be another line.
import type { AgentOptions } from "../agent/context.ts";
import { toJson } from "../agent/recording/entries.ts";
import type { RecordedReading } from "../agent/recording/record-guard.ts";
import type { Player } from "./player.ts";
import type { SessionRecord } from "./read-record.ts";
import { trusted } from "./trusted.ts";

type Guarding = Pick<AgentOptions, "knowledge" | "classify">;

export interface ReadingAnew {
  readonly player: Player;
  readonly classify: AgentOptions["classify"];
}

export function replayGuard({ head }: SessionRecord, { player, classify }: ReadingAnew): Guarding {
  if (head.version === 2) return replayReadings(player);
  let lines = 0;
  return {
    knowledge: ({ subject, members }) => trusted(player.told("knowledge", { subject, members })),
    classify: (command, knowledge) => {
      const { effects, isCleaned } = trusted<RecordedReading>(player.told("effects", command));
      lines += 1;
      if (isCleaned) return effects;
      const anew = classify(command, knowledge);
      const where = `command ${lines} as the guard reads it`;
      player.compare(where, toJson({ command, effects }), toJson({ command, effects: anew }));
      return anew;
    },
  };
}

/**
 * Before the guard's knowledge was recorded: it reads what it read then, and where members run is
 * not known, as it was not.
 */
function replayReadings(player: Player): Guarding {
  return {
    knowledge: ({ subject, members }) => ({
      ...{ subject, members },
      ...{ readHosts: [], protectedPaths: [], cwd: "/", variables: {} },
    }),
    classify: (command) => trusted(player.told("effects", command)),
  };
}
