// Scripts: run by their text or their SHA-1, kept, and killed.
import type { Call, Command, Running } from "../command.ts";
import { runLua } from "../lua/interpret.ts";
import { LuaError } from "../lua/syntax.ts";
import { fromLua } from "../lua-replies.ts";
import { globalsFor, type ScriptWords } from "../script-globals.ts";
import type { KnownScript } from "../scripts.ts";
import { CommandError, errorReply, OK, type Reply } from "../wire/reply.ts";
import { readInteger } from "./arguments.ts";

const NO_SCRIPT = "NOSCRIPT No matching script. Please use EVAL.";
const UNKILLABLE =
  "UNKILLABLE Sorry the script already executed write commands against the dataset. You can " +
  "either wait the script termination or kill the server in a hard way using the SHUTDOWN " +
  "NOSAVE command.";

export const SCRIPT_COMMANDS: readonly Command[] = [
  {
    name: "eval",
    arity: -3,
    traits: ["no_script"],
    run: (call) => run(call, () => call.server.scripts.load(call.words[1] ?? "")),
  },
  {
    name: "evalsha",
    arity: -3,
    traits: ["no_script"],
    run: (call) => run(call, () => known(call)),
  },
  {
    name: "script|load",
    arity: 3,
    traits: ["no_script"],
    run: ({ server, words: [, , text = ""] }) => server.scripts.load(text).sha,
  },
  {
    name: "script|exists",
    arity: -3,
    traits: ["no_script"],
    run: ({ server, words }) => words.slice(2).map((sha) => (server.scripts.find(sha) ? 1 : 0)),
  },
  { name: "script|flush", arity: -2, traits: ["no_script"], run: flush },
  { name: "script|kill", arity: 2, traits: ["no_script", "allow_busy"], run: kill },
];

function known({ server, words: [, sha = ""] }: Call): KnownScript {
  const script = server.scripts.find(sha);
  if (script) return script;
  throw new CommandError(NO_SCRIPT);
}

function run(call: Call, find: () => KnownScript): Running {
  const [, , count, ...rest] = call.words;
  const keys = readInteger(count);
  if (keys > rest.length) {
    throw new CommandError("ERR Number of keys can't be greater than number of args");
  }
  if (keys < 0) throw new CommandError("ERR Number of keys can't be negative");
  const script = find();
  const words = { keys: rest.slice(0, keys), args: rest.slice(keys) };
  return carryOut(call, { script, words });
}

interface Work {
  readonly script: KnownScript;
  readonly words: ScriptWords;
}

function* carryOut(call: Call, { script, words }: Work): Running {
  const { scripts } = call.server;
  const state = { hasWritten: false, isKilled: false };
  scripts.run = state;
  try {
    const [first] = yield* runLua(script.block, globalsFor(call, { words, state }));
    return fromLua(first);
  } catch (error) {
    return failureOf(error, script);
  } finally {
    scripts.run = undefined;
  }
}

/** Errors of commands keep their code; both say where they come from. */
function failureOf(error: unknown, { sha }: KnownScript): Reply {
  const where = `script: ${sha}, on @user_script:1.`;
  if (error instanceof CommandError) return errorReply(`${error.message} ${where}`);
  if (error instanceof LuaError) return errorReply(`ERR ${error.message} ${where}`);
  // A text or a list beyond what this process can hold.
  if (error instanceof RangeError) return errorReply(`ERR not enough memory ${where}`);
  throw error;
}

function flush({ server }: Call): Reply {
  server.scripts.forgetAll();
  return OK;
}

function kill({ server }: Call): Reply {
  const { run: running } = server.scripts;
  if (!running) throw new CommandError("NOTBUSY No scripts in execution right now.");
  if (running.hasWritten) throw new CommandError(UNKILLABLE);
  running.isKilled = true;
  return OK;
}
