// Scripts by the SHA-1 of their text, and the one that runs.
import { parseLua } from "./lua/parse.ts";
import { type Block, LuaError } from "./lua/syntax.ts";
import type { ScriptRun } from "./script-run.ts";
import { CommandError } from "./wire/reply.ts";

export interface KnownScript {
  readonly sha: string;
  readonly bytes: number;
  readonly block: Block;
}

export class ScriptStore {
  readonly #known = new Map<string, KnownScript>();
  /** There is at most one. */
  run: ScriptRun | undefined;
  /** What they take in memory. */
  bytes = 0;

  find(sha: string): KnownScript | undefined {
    return this.#known.get(sha.toLowerCase());
  }

  /** Throws CommandError for a text that is not understood. */
  load(text: string): KnownScript {
    const sha = new Bun.CryptoHasher("sha1").update(Buffer.from(text, "latin1")).digest("hex");
    const known = this.#known.get(sha);
    if (known) return known;
    const script = { sha, bytes: text.length, block: parse(text) };
    this.#known.set(sha, script);
    this.bytes += script.bytes;
    return script;
  }

  forgetAll(): void {
    this.#known.clear();
    this.bytes = 0;
  }
}

function parse(text: string): Block {
  try {
    return parseLua(text);
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    throw new CommandError(`ERR Error compiling script (new function): ${error.message}`);
  }
}
