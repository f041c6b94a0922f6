// Settings: read, changed, and written to the file, so that a restart keeps them.

import type { Call, Command } from "../command.ts";
import { rewriteConfigFile } from "../config-file.ts";
import { readSetting, settingsFrom } from "../settings.ts";
import { CommandError, OK, type Reply } from "../wire/reply.ts";
import { globPattern, pairsIn } from "./arguments.ts";

export const CONFIG_COMMANDS: readonly Command[] = [
  { name: "config|get", arity: -3, traits: ["no_script"], run: get },
  { name: "config|set", arity: -4, traits: ["no_script"], run: set },
  { name: "config|rewrite", arity: 2, traits: ["no_script"], run: rewrite },
  { name: "config|resetstat", arity: 2, traits: ["no_script"], run: resetCounts },
];

function get({ server, words }: Call): Reply {
  const patterns = words.slice(2).map((glob) => globPattern(glob.toLowerCase()));
  const found = [...server.settings].filter(([name]) =>
    patterns.some((pattern) => pattern.test(name)),
  );
  return { type: "map", pairs: found.flat() };
}

/** All of them or none. */
function set({ server, words }: Call): Reply {
  const wanted = new Map<string, string>();
  for (const [given, text] of pairsIn(words.slice(2), WRONG_ARGUMENTS)) {
    const name = renamed(given.toLowerCase());
    if (wanted.has(name)) {
      const where = `ERR CONFIG SET failed (possibly related to argument '${name}')`;
      throw new CommandError(`${where} - duplicate parameter`);
    }
    wanted.set(name, readSetting(name, text));
  }
  for (const [name, value] of wanted) server.settings.set(name, value);
  return OK;
}

const WRONG_ARGUMENTS = "ERR wrong number of arguments for 'config|set' command";

/** Since Redis 7.0 it has two names. */
function renamed(name: string): string {
  return name === "busy-reply-threshold" ? "lua-time-limit" : name;
}

function rewrite({ server }: Call): Reply {
  const { settings, configFile, log } = server;
  try {
    rewriteConfigFile(configFile, { settings, defaults: settingsFrom(new Map()) });
    return OK;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log(`rewriting ${configFile}: ${reason}`);
    throw new CommandError(`ERR Rewriting config file: ${reason}`);
  }
}

function resetCounts({ server }: Call): Reply {
  Object.assign(server.counts, { connections: 0, commands: 0, rejected: 0, evicted: 0 });
  server.keyspace.expired = 0;
  return OK;
}
