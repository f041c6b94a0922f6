// The node's own settings: a file that survives a restart, and a value that is in force at once.
import { join } from "node:path";
import { OperatorError } from "../../../src/domain/errors.ts";
import { readFileIfThere, writeFileAtomically } from "../../../src/infra/files.ts";
import { type NodeSettings, nodeSettingsSchema } from "../declared.ts";

export interface SettingsFile {
  readonly current: NodeSettings;
  /** On disk first, then in force. */
  change(changes: Partial<NodeSettings>): Promise<NodeSettings>;
}

/**
 * Opens `<dataDir>/settings.json`; `initial` is in force when it is missing.
 * Rejects with code "usage" when the file is there and says something else.
 */
export async function openSettings(dataDir: string, initial: NodeSettings): Promise<SettingsFile> {
  const path = join(dataDir, "settings.json");
  const text = await readFileIfThere(path);
  let current = text === undefined ? initial : parseSettings(path, text);
  /** One change after another: none undoes what the one before it did. */
  let lastChange: Promise<unknown> = Promise.resolve();
  return {
    get current() {
      return current;
    },
    change: (changes) => {
      const changed = lastChange.then(async () => {
        const next = { ...current, ...changes };
        await writeFileAtomically(path, `${JSON.stringify(next, null, 2)}\n`);
        current = next;
        return next;
      });
      lastChange = changed.catch(() => current);
      return changed;
    },
  };
}

function parseSettings(path: string, text: string): NodeSettings {
  try {
    return nodeSettingsSchema.parse(JSON.parse(text));
  } catch (cause) {
    const hint = "remove the file to start with the settings of the command line";
    throw new OperatorError("usage", `read the settings in ${path}: not valid`, { hint, cause });
  }
}
