// Whether a management call brought the token.
import { timingSafeEqual } from "node:crypto";
import type { Refusal } from "../http/reply.ts";

/** Undefined when it did. How long this takes says nothing about how much of it was right. */
export function refusalOfToken(request: Request, token: string): Refusal | undefined {
  const given = request.headers.get("authorization");
  if (given === null) return refusal("this needs a token: Authorization: Bearer …");
  const digests = [given, `Bearer ${token}`].map((text) =>
    new Bun.CryptoHasher("sha256").update(text).digest(),
  );
  const [left, right] = digests;
  const isRight = left !== undefined && right !== undefined && timingSafeEqual(left, right);
  return isRight ? undefined : refusal("the token is not the one of this limiter");
}

function refusal(message: string): Refusal {
  const headers = { "www-authenticate": 'Bearer realm="limiter"' };
  return { status: 401, code: "unauthorized", message, headers };
}
