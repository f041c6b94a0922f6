// The tool calls of a reply, each with an id of its own: results, decisions and the pages that tell
// of them are found by it, and a model may give the same one twice. Pure.
import type { Block, Message, ModelReply } from "../domain/model.ts";

/** The same reply where nothing is to be changed. `messages`: those of the session before it. */
export function withOwnIds(reply: ModelReply, messages: readonly Message[]): ModelReply {
  const used = new Set(messages.flatMap(({ blocks }) => blocks.flatMap(idsIn)));
  const isOwn = (block: Block) => idsIn(block).every((id) => !used.has(id) && used.add(id));
  const blocks = reply.blocks.map((block) => {
    if (block.type !== "tool_call" || isOwn(block)) return block;
    const id = freeId(block.id, used);
    used.add(id);
    return { ...block, id };
  });
  return blocks.every((block, index) => block === reply.blocks[index])
    ? reply
    : { ...reply, blocks };
}

function idsIn(block: Block): readonly string[] {
  return block.type === "tool_call" ? [block.id] : [];
}

function freeId(id: string, used: ReadonlySet<string>): string {
  for (let number = 2; ; number += 1) {
    const free = `${id}_${number}`;
    if (!used.has(free)) return free;
  }
}
