// The head of an audit, signed: kept elsewhere, it shows later that rows were cut off, which the
// database alone cannot show to somebody who rewrote all of it.
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { z } from "zod";
import { OperatorError } from "../domain/errors.ts";
import { canonicalJson, type JsonObject } from "../domain/json.ts";
import { parseJsonText } from "./json-text.ts";

const signedHead = z.object({
  version: z.literal(1),
  /** The last event there was. */
  event_id: z.int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  signed_at_ms: z.int(),
  /** Ed25519 over the canonical JSON of the others, in base64. */
  signature: z.string(),
});
export type SignedHead = z.infer<typeof signedHead>;

const HINT = "openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout";

/** `keyPem` is a private Ed25519 key. Throws OperatorError code "usage" for another. */
export function signHead(head: Omit<SignedHead, "signature">, keyPem: string): SignedHead {
  const key = readKey(() => createPrivateKey(keyPem), "a private");
  return { ...head, signature: sign(null, bytesOf(head), key).toString("base64") };
}

/** `keyPem` is the public key, or the private one. Throws as `signHead` does. */
export function isSignedBy({ signature, ...head }: SignedHead, keyPem: string): boolean {
  const key = readKey(() => createPublicKey(keyPem), "a public");
  return verify(null, bytesOf(head), key, Buffer.from(signature, "base64"));
}

/** Undefined for a text that is no signed head. */
export function parseSignedHead(text: string): SignedHead | undefined {
  return signedHead.safeParse(parseJsonText(text)).data;
}

function bytesOf(head: JsonObject): Buffer {
  return Buffer.from(canonicalJson(head));
}

function readKey(read: () => KeyObject, kind: string): KeyObject {
  const wrong = (cause?: unknown) =>
    new OperatorError("usage", `it is not ${kind} Ed25519 key in PEM`, { hint: HINT, cause });
  try {
    const key = read();
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch (error) {
    throw wrong(error);
  }
  throw wrong();
}
