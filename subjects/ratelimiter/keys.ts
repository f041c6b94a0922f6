// Where everything lies in Redis. User keys are percent-encoded, so that none of them can look
// like a key of ours, and stand in braces, so that a key and its override share a cluster slot.

/** 2 is the layout in force. 1 is the one before: a node that is left on it counts elsewhere. */
export type KeySchema = 1 | 2;

export const CURRENT_SCHEMA: KeySchema = 2;
export const USER_KEY_BYTES_MAX = 256;

/** Hash: name of a node -> JSON of what it declared. Not made by traffic, so it has no TTL. */
export const TOPOLOGY_KEY = "rl:2:topology";

/** String: JSON of a node's lease; it expires when the node stops renewing it. */
export function leaseKeyOf(node: string): string {
  return `rl:2:node:${encodeUserKey(node)}`;
}

/** Sorted set: one member per unit of cost, its score the time by Redis's clock in microseconds. */
export function logKeyOf(userKey: string, schema: KeySchema = CURRENT_SCHEMA): string {
  return `rl:${schema}:{${encodeUserKey(userKey)}}:log`;
}

/** Hash: limit, window_ms, until_ms, set_by. What overrides the declared limit of a key. */
export function limitKeyOf(userKey: string, schema: KeySchema = CURRENT_SCHEMA): string {
  return `rl:${schema}:{${encodeUserKey(userKey)}}:limit`;
}

/** For SCAN MATCH. What it finds may still be foreign: parseKey decides. */
export function logPattern(schema: KeySchema = CURRENT_SCHEMA): string {
  return `rl:${schema}:{*}:log`;
}

export function limitPattern(schema: KeySchema = CURRENT_SCHEMA): string {
  return `rl:${schema}:{*}:limit`;
}

export type ParsedKey =
  | { readonly type: "log" | "limit"; readonly schema: KeySchema; readonly userKey: string }
  | { readonly type: "lease"; readonly node: string }
  | { readonly type: "topology" }
  /** Of a shape that the limiter never writes. */
  | { readonly type: "foreign" };

/** The inverse of the functions above, for any key found in Redis. */
export function parseKey(raw: string): ParsedKey {
  if (raw === TOPOLOGY_KEY) return { type: "topology" };
  const [, schema, encoded, kind] = /^rl:([12]):\{([^{}:]+)\}:(log|limit)$/.exec(raw) ?? [];
  if (encoded !== undefined) {
    const userKey = decodeUserKey(encoded);
    if (userKey === undefined) return { type: "foreign" };
    const type = kind === "log" ? "log" : "limit";
    return { type, schema: schema === "1" ? 1 : 2, userKey };
  }
  const node = decodeUserKey(/^rl:2:node:([^{}:]+)$/.exec(raw)?.[1] ?? "");
  return node === undefined ? { type: "foreign" } : { type: "lease", node };
}

/** Every byte of UTF-8 outside [A-Za-z0-9_.-] as %XX. Two different keys never give one text. */
export function encodeUserKey(userKey: string): string {
  if (/^[A-Za-z0-9_.-]*$/.test(userKey)) return userKey;
  return encodeURIComponent(userKey).replace(
    /[!'()*~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Undefined for what encodeUserKey never gives. */
function decodeUserKey(encoded: string): string | undefined {
  if (!/^(?:[A-Za-z0-9_.-]|%[0-9A-F]{2})+$/.test(encoded)) return undefined;
  try {
    const userKey = decodeURIComponent(encoded);
    return encodeUserKey(userKey) === encoded ? userKey : undefined;
  } catch {
    return undefined;
  }
}

export type KeyFlaw = "missing" | "too_long" | "control_characters" | "not_unicode";

/** Undefined when the limiter counts under this key. Keys are compared by their bytes. */
export function flawOfUserKey(userKey: string): KeyFlaw | undefined {
  if (userKey === "") return "missing";
  if (userKey.length > USER_KEY_BYTES_MAX) return "too_long";
  // Plain keys are nearly all there are, and this is asked at every check.
  if (/^[\x20-\x7e]+$/.test(userKey)) return undefined;
  if (!userKey.isWellFormed()) return "not_unicode";
  if (/\p{Cc}/u.test(userKey)) return "control_characters";
  return Buffer.byteLength(userKey) > USER_KEY_BYTES_MAX ? "too_long" : undefined;
}
