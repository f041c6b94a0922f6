// From words to an answer: which command they mean, and what forbids it now. The order of the
// checks is that of processCommand in redis 7.0 src/server.c.
import { type Call, type Command, hasTrait, type Running } from "./command.ts";
import { commandTable } from "./commands/all.ts";
import { makeRoom } from "./server.ts";
import { savePoints } from "./settings.ts";
import { CommandError, errorReply, type Reply, status } from "./wire/reply.ts";

const BUSY =
  "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";
export const OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";
const MISCONF =
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to " +
  "disk. Commands that may modify the data set are disabled, because this instance is " +
  "configured to report errors during writes if RDB snapshotting fails " +
  "(stop-writes-on-bgsave-error option). Please check the Redis logs for details about the " +
  "RDB error.";

/** Never throws for what a client may ask. A generator when it runs a script. */
export function execute(call: Call): Reply | Running {
  const { client, server } = call;
  server.counts.commands += 1;
  const command = findCommand(call.words);
  const refusal = typeof command === "string" ? command : refusalOf(call, command);
  if (typeof command === "string" || refusal !== undefined) return refuse(call, refusal ?? "");
  client.lastCommand = command.name;
  const { transaction } = client;
  if (!transaction || hasTrait(command, "immediate")) return runCommand(command, call);
  transaction.queue.push(call.words);
  return status("QUEUED");
}

export function runCommand(command: Command, call: Call): Reply | Running {
  try {
    return command.run(call);
  } catch (error) {
    if (error instanceof CommandError) return errorReply(error.message);
    throw error;
  }
}

/** Of those words; or, when there is none, what is to be answered. */
export function findCommand(words: readonly string[]): Command | string {
  const [first = "", second] = words;
  const name = first.toLowerCase();
  const table = commandTable();
  const sub = second === undefined ? undefined : table.get(`${name}|${second.toLowerCase()}`);
  const command = sub ?? table.get(name);
  if (command) return arityRefusal(command, words) ?? command;
  const isContainer = [...table.keys()].some((known) => known.startsWith(`${name}|`));
  if (!isContainer) return unknownCommand(words);
  if (second === undefined) return `ERR wrong number of arguments for '${name}' command`;
  return `ERR unknown subcommand '${second}'. Try ${name.toUpperCase()} HELP.`;
}

/** What forbids a write now, for commands as for what scripts call. */
export function diskRefusal({ server }: Call, command: Command): string | undefined {
  const { persistence, settings } = server;
  const isForbidden =
    hasTrait(command, "write") &&
    !persistence.isWell &&
    savePoints(settings).length > 0 &&
    settings.get("stop-writes-on-bgsave-error") === "yes";
  return isForbidden ? MISCONF : undefined;
}

function refusalOf(call: Call, command: Command): string | undefined {
  const { server } = call;
  const isBusy = server.scripts.run !== undefined;
  const hasRoom = isBusy || makeRoom(server);
  if (!hasRoom && needsRoom(call, command)) return OUT_OF_MEMORY;
  const refusal = diskRefusal(call, command);
  if (refusal !== undefined) return refusal;
  return isBusy && !hasTrait(command, "allow_busy") ? BUSY : undefined;
}

/** EXEC needs it when one of its commands does. */
function needsRoom({ client }: Call, command: Command): boolean {
  if (command.name !== "exec") return hasTrait(command, "deny_oom");
  const queued = (client.transaction?.queue ?? []).map(findCommand);
  return queued.some((found) => typeof found !== "string" && hasTrait(found, "deny_oom"));
}

function refuse({ client, words }: Call, reason: string): Reply {
  const { transaction } = client;
  if (!transaction) return errorReply(reason);
  if (words[0]?.toLowerCase() === "exec") {
    client.transaction = undefined;
    return errorReply(`EXECABORT Transaction discarded because of: ${reason}`);
  }
  transaction.isSpoiled = true;
  return errorReply(reason);
}

function arityRefusal({ name, arity }: Command, words: readonly string[]): string | undefined {
  const isRight = arity < 0 ? words.length >= -arity : words.length === arity;
  return isRight ? undefined : `ERR wrong number of arguments for '${name}' command`;
}

const SHOWN_BYTES_MAX = 128;

function unknownCommand([name = "", ...rest]: readonly string[]): string {
  const shown = rest.map((word) => `'${word}' `).join("");
  const start = `ERR unknown command '${name.slice(0, SHOWN_BYTES_MAX)}'`;
  const after = `with args beginning with: ${shown.slice(0, SHOWN_BYTES_MAX)}`;
  return `${start}, ${after}(a stand-in for Redis knows only what the limiter uses)`;
}
