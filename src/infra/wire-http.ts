// HTTP/1 as a command that looks may speak it: GET and HEAD without a body. Strict: of what servers
// may read in two ways nothing passes, and nothing that Redis would take for a command.
import { isHarmlessGet, pathAsServed } from "../domain/http-reads.ts";
import { nameFor, type Unit } from "./wire-unit.ts";

const HEAD_BYTES_MAX = 16 * 1024;
const READING_METHODS = ["GET", "HEAD"];
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const REQUEST_LINE = new RegExp(`^(${TOKEN}) ([!-~]+) HTTP/1\\.[01]\r$`);
/** Folded and padded ones, too, are none; what stands before a colon is no command of Redis. */
const FIELD = new RegExp(`^(${TOKEN}):[\\t -~\\x80-\\xff]*\r$`);
/** A body, another protocol, or another method than the one in the first line. */
const FORBIDDEN_FIELD =
  /^(?:content-length|transfer-encoding|trailer|expect|upgrade|http2-settings)$|method|override/i;

/** A whole head passes as it stands. */
export function readHttpRequest(bytes: Buffer): Unit {
  const text = bytes.toString("latin1", 0, HEAD_BYTES_MAX);
  const end = text.indexOf("\r\n\r\n");
  const isWhole = end !== -1;
  // The last one may go on.
  const [first, ...fields] = text
    .slice(0, isWhole ? end + 2 : undefined)
    .split("\n")
    .slice(0, -1);
  const why = whyNotRequest(first) ?? fields.map(whyNotField).find((one) => one !== undefined);
  if (why !== undefined) return refusal(why);
  if (isWhole) {
    const hosts = fields.filter((field) => /^host:/i.test(field));
    // At a Host Redis hangs up.
    if (hosts.length !== 1) return refusal("a request has one Host");
    return { type: "reads", bytes: end + 4 };
  }
  if (bytes.length < HEAD_BYTES_MAX) return { type: "open" };
  return refusal(`a request's head has at most ${HEAD_BYTES_MAX} bytes`);
}

function whyNotRequest(line: string | undefined): string | undefined {
  if (line === undefined) return undefined;
  const [, method = "", target = ""] = REQUEST_LINE.exec(line) ?? [];
  if (line === "PRI * HTTP/2.0\r") return "HTTP/2 is not read here, HTTP/1.1 is";
  if (method === "") return "a request line that is not understood";
  if (!READING_METHODS.includes(method)) {
    return `${nameFor(method)}: a command that looks sends GET and HEAD alone`;
  }
  return target.startsWith("/") ? whyNotTarget(target) : "a request for another server";
}

function whyNotTarget(target: string): string | undefined {
  const parsed = URL.parse(`http://x${target}`);
  if (!parsed) return "a request line that is not understood";
  const path = pathAsServed(parsed.pathname);
  const isRead = isHarmlessGet({ path, query: parsed.searchParams });
  return isRead ? undefined : "a GET that changes its server, or holds it up for long";
}

function whyNotField(line: string): string | undefined {
  const [, name] = FIELD.exec(line) ?? [];
  if (name === undefined) return "a header that is not understood";
  if (!FORBIDDEN_FIELD.test(name)) return undefined;
  return `${nameFor(name)}: a command that looks sends no body, and no other method or protocol`;
}

function refusal(why: string): Unit {
  const body = `operator: ${why}\n`;
  const head = [
    "HTTP/1.1 403 Forbidden",
    "Content-Type: text/plain",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  return { type: "refused", why, answer: `${head.join("\r\n")}\r\n\r\n${body}` };
}
