// A watch without a screen: what would be added to its panels, as lines.
import { createMemory } from "../../demo/live/memory.ts";
import { plainLine } from "../panels/plain-text.ts";
import type { Ring } from "../panels/ring.ts";
import type { CommandContext } from "./context.ts";
import { databaseOf } from "./flags.ts";
import { WatchDatabase } from "./watch-database.ts";
import { watchInRounds } from "./watch-rounds.ts";

const SOURCE_COLUMNS = 7;

/** Until the signal aborts. Rejects when nobody takes its lines any more. */
export async function watchInLines(context: CommandContext, subject: string): Promise<void> {
  const { clock, signal, print } = context;
  const tell = (source: string, line: string) =>
    print(`${source.padEnd(SOURCE_COLUMNS)} | ${plainLine(line)}`);
  const memory = createMemory({
    ...{
      subject,
      figures: [],
      provenance: "",
      mode: "unknown",
      model: "unknown",
      story: undefined,
      chosen: 0,
    },
    rings: {
      monitor: passOn((line) => tell("monitor", line)),
      agent: passOn((line) => tell("agent", line)),
    },
  });
  using database = new WatchDatabase({ path: databaseOf(context), clock, memory });
  let told: string | undefined;
  const onRound = () => {
    const { lookTrouble } = memory;
    if (lookTrouble === told) return;
    tell(subject, lookTrouble ?? `seen again: ${told}`);
    told = lookTrouble;
  };
  await watchInRounds({ context, memory, database, signal, onRound });
}

/** Keeps nothing. */
function passOn(push: (line: string) => void): Ring {
  return { push, lines: [], droppedLines: 0 };
}
