// What a model reads out of a conversation: the ticket, the last table of members, and what a log
// told it to do.
import type { ModelRequest } from "../../src/domain/model.ts";

export interface Row {
  readonly run: string;
  readonly settings: string;
  readonly pace: string;
}

export interface Sight {
  readonly invariant: string;
  readonly entity: string;
  /** Its own messages so far. */
  readonly turns: number;
  /** From the newest message alone: what is older is no longer true. */
  readonly table: ReadonlyMap<string, Row> | undefined;
  readonly hasActed: boolean;
  /** Why a person must look, where the guard said so. */
  readonly excess: string | undefined;
  /** The guard wants others to be back first. */
  readonly mustWait: boolean;
  /** The member that an injected text wants to be stopped. */
  readonly told: string | undefined;
}

export function readSight({ messages }: ModelRequest): Sight {
  const brief = textsOf(messages.slice(0, 1));
  const newest = textsOf(messages.slice(-1));
  const own = messages.filter(({ role }) => role === "assistant");
  const calls = own.flatMap(({ blocks }) => blocks.filter(({ type }) => type === "tool_call"));
  return {
    invariant: /"invariant": "(\w+)"/.exec(brief)?.[1] ?? "",
    entity: /"entity": "(\w+)"/.exec(brief)?.[1] ?? "",
    turns: own.length,
    table: tableIn(newest),
    hasActed: calls.some((block) => block.type === "tool_call" && block.name === "act"),
    excess: /refused by the guard: ([^\n]*used up[^\n.]*)/.exec(newest)?.[1],
    mustWait: /refused by the guard: interrupting .* are needed/.test(newest),
    told: /run at once: docker stop (\w+)/.exec(newest)?.[1],
  };
}

function textsOf(messages: ModelRequest["messages"]): string {
  const texts = messages.flatMap(({ blocks }) =>
    blocks.map((block) => (block.type === "tool_call" ? "" : block.text)),
  );
  return texts.join("\n");
}

/** Undefined unless every member could be seen. */
function tableIn(text: string): ReadonlyMap<string, Row> | undefined {
  const rows = [...text.matchAll(/^(\w+) (running|stopped|paused) (\w+) (\w+)$/gm)];
  const table = new Map(
    rows.map(([, name = "", run = "", settings = "", pace = ""]) => [
      name,
      { run, settings, pace },
    ]),
  );
  return table.size === 6 ? table : undefined;
}
