// What a script finds there: KEYS, ARGV, the library, and `redis` with its commands.
import { type Call, hasTrait, isRunning } from "./command.ts";
import { diskRefusal, findCommand, OUT_OF_MEMORY, runCommand } from "./execute.ts";
import { builtIn, LIBRARY, tableNaming } from "./lua/library.ts";
import { type LuaResult, type LuaValue, tableOf } from "./lua/values.ts";
import { toLua } from "./lua-replies.ts";
import { makeRoom } from "./server.ts";
import { CommandError, errorReply, isError, type Reply } from "./wire/reply.ts";
import { scoreText } from "./wire/write-reply.ts";

export interface ScriptWords {
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

interface ScriptCall {
  readonly words: ScriptWords;
  readonly state: { hasWritten: boolean };
}

export function globalsFor(
  call: Call,
  { words, state }: ScriptCall,
): ReadonlyMap<string, LuaValue> {
  // As it was when the script began: what it frees itself does not count.
  const hasRoom = makeRoom(call.server);
  const callRedis = (args: LuaResult) => runFromScript(call, { args, state, hasRoom });
  const redis = tableNaming({
    call: builtIn((args) => {
      const reply = callRedis(args);
      if (isError(reply)) throw new CommandError(reply.text);
      return [toLua(reply)];
    }),
    pcall: builtIn((args) => [toLua(callRedis(args))]),
    status_reply: builtIn(([text]) => [tableNaming({ ok: text })]),
    error_reply: builtIn(([text]) => [tableNaming({ err: text })]),
  });
  return new Map<string, LuaValue>([
    ...Object.entries(LIBRARY),
    ["redis", redis],
    ["KEYS", tableOf(words.keys)],
    ["ARGV", tableOf(words.args)],
  ]);
}

interface Asked {
  readonly args: LuaResult;
  readonly state: { hasWritten: boolean };
  readonly hasRoom: boolean;
}

function runFromScript(call: Call, { args, state, hasRoom }: Asked): Reply {
  const words = wordsOf(args);
  const command = findCommand(words);
  if (typeof command === "string") return errorReply(inScriptWords(command));
  if (hasTrait(command, "no_script")) {
    return errorReply("ERR This Redis command is not allowed from script");
  }
  if (!hasRoom && !state.hasWritten && hasTrait(command, "deny_oom")) {
    return errorReply(OUT_OF_MEMORY);
  }
  const refusal = diskRefusal(call, command);
  if (refusal !== undefined) return errorReply(refusal);
  if (hasTrait(command, "write")) state.hasWritten = true;
  const reply = runCommand(command, { ...call, words });
  if (isRunning(reply)) {
    throw new CommandError("ERR a script cannot run a script");
  }
  return reply;
}

function wordsOf(args: LuaResult): readonly string[] {
  if (args.length === 0) {
    throw new CommandError("ERR Please specify at least one argument for this redis lib call");
  }
  return args.map((value) => {
    if (typeof value === "string") return value;
    if (typeof value === "number") return scoreText(value);
    throw new CommandError("ERR Lua redis lib command arguments must be strings or integers");
  });
}

function inScriptWords(refusal: string): string {
  if (refusal.startsWith("ERR wrong number")) {
    return "ERR Wrong number of args calling Redis command from script";
  }
  return "ERR Unknown Redis command called from script";
}
