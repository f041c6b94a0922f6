// What a client asks: checked in full before anything else happens.
import { COST_MAX } from "../../declared.ts";
import { flawOfUserKey, type KeyFlaw, USER_KEY_BYTES_MAX } from "../../keys.ts";
import { type Read, type Refusal, read, refused } from "../http/reply.ts";

export interface CheckAsk {
  readonly key: string;
  readonly cost: number;
}

export function readCheck(body: unknown): Read<CheckAsk> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return bad("not_an_object", 'the body must be an object: {"key": "…", "cost": 1}');
  }
  const { key, cost = 1 } = body as Readonly<Record<string, unknown>>;
  if (Object.keys(body).some((name) => name !== "key" && name !== "cost")) {
    return bad("unknown_member", 'the body must have no members but "key" and "cost"');
  }
  const named = readUserKey(key);
  if (named.state === "refused") return named;
  if (typeof cost !== "number" || !Number.isInteger(cost) || cost < 1 || cost > COST_MAX) {
    return bad("bad_cost", `cost must be a whole number from 1 to ${COST_MAX}`);
  }
  return read({ key: named.value, cost });
}

/** Any value, from a body or a path, as a key that can be counted under. */
export function readUserKey(key: unknown): Read<string> {
  if (key === undefined) return refused(FLAWS.missing);
  if (typeof key !== "string") return bad("bad_key", "key must be a string");
  const flaw = flawOfUserKey(key);
  return flaw === undefined ? read(key) : refused(FLAWS[flaw]);
}

const FLAWS: Readonly<Record<KeyFlaw, Refusal>> = {
  missing: { status: 400, code: "missing_key", message: "key must be a text that is not empty" },
  too_long: {
    status: 400,
    code: "key_too_long",
    message: `key must be at most ${USER_KEY_BYTES_MAX} bytes of UTF-8`,
  },
  control_characters: {
    status: 400,
    code: "bad_key",
    message: "key must not contain control characters",
  },
  not_unicode: { status: 400, code: "bad_key", message: "key must be whole Unicode characters" },
};

function bad(code: string, message: string): Read<never> {
  return refused({ status: 400, code, message });
}
