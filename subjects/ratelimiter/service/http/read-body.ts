// A request's JSON body, or a clear refusal. Nothing longer than its bound is parsed.
import { type Read, read, refused } from "./reply.ts";

/** A key of 256 bytes, each escaped as \uXXXX, and room for the rest. */
const BODY_BYTES_MAX = 4_096;

export async function readJsonBody(request: Request): Promise<Read<unknown>> {
  const contentType = request.headers.get("content-type") ?? "";
  if (!/^application\/json *(;|$)/i.test(contentType)) {
    const said = contentType === "" ? "none was given" : "another was given";
    const message = `content-type must be application/json: ${said}`;
    return refused({ status: 415, code: "wrong_content_type", message });
  }
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > BODY_BYTES_MAX) return tooLarge();
  const bytes = await request.arrayBuffer();
  // Of a body that came in chunks, the length is known only now.
  if (bytes.byteLength > BODY_BYTES_MAX) return tooLarge();
  return parse(bytes);
}

function tooLarge(): Read<never> {
  const message = `the body must be at most ${BODY_BYTES_MAX} bytes`;
  return refused({ status: 413, code: "body_too_large", message });
}

/** Replacement characters would make one key of many. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

function parse(bytes: ArrayBuffer): Read<unknown> {
  try {
    return read(JSON.parse(utf8.decode(bytes)));
  } catch {
    return refused({ status: 400, code: "broken_json", message: "the body is not valid JSON" });
  }
}
