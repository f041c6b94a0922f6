// What a command of Redis is, and what it is given when it runs.
import type { Client } from "./client.ts";
import type { RedisServer } from "./server.ts";
import type { Reply } from "./wire/reply.ts";

/** As Redis flags its commands. */
export type Trait =
  /** Changes keys. */
  | "write"
  /** Refused when memory is at its limit. */
  | "deny_oom"
  /** Not to be called by a script. */
  | "no_script"
  /** Answered also while a script runs. */
  | "allow_busy"
  /** Carried out at once between MULTI and EXEC. */
  | "immediate";

export interface Call {
  readonly server: RedisServer;
  readonly client: Client;
  /** The command's own ones included. Bytes, one character each. */
  readonly words: readonly string[];
}

/** It yields now and again: others may be looked after meanwhile. */
export type Running = Generator<void, Reply, void>;

export interface Command {
  /** In lower case; of two words with a bar between them: `config|get`. */
  readonly name: string;
  /** Words at least when negative, else exactly; the command's own ones included. */
  readonly arity: number;
  readonly traits?: readonly Trait[];
  /** Throws CommandError for what is to be answered with an error. */
  run(call: Call): Reply | Running;
}

export function hasTrait({ traits }: Command, trait: Trait): boolean {
  return traits?.includes(trait) ?? false;
}

export function isRunning(done: Reply | Running): done is Running {
  return done !== null && typeof done === "object" && "next" in done;
}
