// What a demo that was killed could not clear up: the next one does, of any subject.
import { join } from "node:path";
import { abandonedHomes, removeHome } from "../../demo/home.ts";
import { Stage } from "../../demo/stage.ts";
import { SUBJECT_NAMES } from "../../subjects/index.ts";
import { messageOf } from "../domain/errors.ts";
import type { CommandContext } from "./context.ts";

/**
 * What cannot be taken down now, because its engine does not answer, is said on stderr, and its
 * home stays: a later demo finds it again.
 */
export async function sweepAbandoned(context: CommandContext): Promise<void> {
  for (const home of await abandonedHomes()) {
    const trouble = await sweepHome(context, home);
    if (trouble === undefined) await removeHome(home);
    else context.printError(`what a killed demo left in ${home} stays for now: ${trouble}`);
  }
}

/** Resolves with the last line of what went wrong. */
async function sweepHome(context: CommandContext, home: string): Promise<string | undefined> {
  const databasePath = join(home, "tickets.db");
  let trouble: string | undefined;
  for (const subject of SUBJECT_NAMES) {
    let lastLine = "";
    const onLine = (_: string, line: string) => {
      if (line.startsWith("operator: ")) lastLine = line.slice("operator: ".length);
    };
    const stage = new Stage({ context, home, databasePath, subject, onLine });
    try {
      await stage.lower();
    } catch (error) {
      trouble = lastLine || messageOf(error);
    }
  }
  return trouble;
}
