// Every verb with its words and flags. Data only: the command's code is loaded when it is chosen.
import type { Command } from "./commands/context.ts";

export interface CommandEntry {
  /** In cac's form: `tickets [verb] [...words]`. */
  readonly usage: string;
  readonly describes: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly examples?: readonly string[];
  /** Left out of the help: what the executable starts itself. */
  readonly isInternal?: true;
  load(): Promise<Command>;
}

const DB = { "--db <file>": "Database (default: tickets.db in OPERATOR_HOME)" };
const JSON_FLAG = { "--json": "Print JSON for programs" };
const PD = { "--pd <urls>": "PD endpoints of a cluster that runs elsewhere (env PD_ENDPOINT)" };

export const COMMANDS: Readonly<Record<string, CommandEntry>> = {};

export const FLAG_GROUPS = { DB, JSON_FLAG, PD };
