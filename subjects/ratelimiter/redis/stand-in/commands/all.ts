// Every command that is known, by name.
import type { Command } from "../command.ts";
import { CLIENT_COMMANDS } from "./clients.ts";
import { CONFIG_COMMANDS } from "./config.ts";
import { CONNECTION_COMMANDS } from "./connection.ts";
import { HASH_COMMANDS } from "./hashes.ts";
import { KEY_COMMANDS } from "./keys.ts";
import { SCRIPT_COMMANDS } from "./scripts.ts";
import { SERVER_COMMANDS } from "./server.ts";
import { SORTED_SET_COMMANDS } from "./sorted-sets.ts";
import { STRING_COMMANDS } from "./strings.ts";
import { TRANSACTION_COMMANDS } from "./transactions.ts";

let table: ReadonlyMap<string, Command> | undefined;

/** Made at the first call: EXEC and scripts call commands, which is a circle of files. */
export function commandTable(): ReadonlyMap<string, Command> {
  table ??= new Map(listAll().map((command) => [command.name, command]));
  return table;
}

function listAll(): readonly Command[] {
  return [
    ...CLIENT_COMMANDS,
    ...CONFIG_COMMANDS,
    ...CONNECTION_COMMANDS,
    ...HASH_COMMANDS,
    ...KEY_COMMANDS,
    ...SCRIPT_COMMANDS,
    ...SERVER_COMMANDS,
    ...SORTED_SET_COMMANDS,
    ...STRING_COMMANDS,
    ...TRANSACTION_COMMANDS,
  ];
}
