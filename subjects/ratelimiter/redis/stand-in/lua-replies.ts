// Replies as a script sees them, and what a script returns as a reply: the conversions of Redis's
// own Lua, protocol 2.
import { unreachable } from "../../../../src/domain/errors.ts";
import { tableNaming } from "./lua/library.ts";
import { type LuaTable, type LuaValue, lengthOf, tableOf } from "./lua/values.ts";
import { errorReply, type Reply, status } from "./wire/reply.ts";
import { scoreText } from "./wire/write-reply.ts";

export function toLua(reply: Reply): LuaValue {
  if (reply === null) return false;
  if (typeof reply === "string" || typeof reply === "number") return reply;
  if (!("type" in reply)) return tableOf(reply.map(toLua));
  switch (reply.type) {
    case "status":
      return tableNaming({ ok: reply.text });
    case "error":
      return tableNaming({ err: reply.text });
    case "map":
      return tableOf(reply.pairs.map(toLua));
    case "scored":
      return tableOf(reply.entries.flatMap(([member, score]) => [member, scoreText(score)]));
    case "double":
      return scoreText(reply.value);
    case "verbatim":
      return reply.text;
    default:
      return unreachable(reply);
  }
}

/** Fractions are cut off, and a list ends at its first gap. */
export function fromLua(value: LuaValue): Reply {
  if (value === undefined || value === false) return null;
  if (value === true) return 1;
  if (typeof value === "number") return Number.isFinite(value) ? Math.trunc(value) : 0;
  if (typeof value === "string") return value;
  return value.type === "table" ? fromTable(value) : null;
}

function fromTable(table: LuaTable): Reply {
  const { slots } = table;
  const [error, ok] = [slots.get("err"), slots.get("ok")];
  if (typeof error === "string") return errorReply(error);
  if (typeof ok === "string") return status(ok);
  let length = 0;
  while (slots.has(length + 1)) length += 1;
  return Array.from({ length: Math.min(length, lengthOf(table)) }, (_, at) =>
    fromLua(slots.get(at + 1)),
  );
}
