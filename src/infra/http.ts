// One HTTP request that never hangs and never fills the memory. Each has a connection of its own,
// so a peer that was killed and started again is never met on a dead one, and none goes through a
// proxy of the environment: what is probed is the peer itself.
import type { ClientRequest, IncomingMessage } from "node:http";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

export interface HttpRequest {
  /** http or https; anything else is an `unreachable` answer. */
  readonly url: string;
  /** GET when absent. */
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Sent as application/json. */
  readonly body?: string;
  /** Beside those of the body. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For everything: name, connection, headers, the last byte of the body. */
  readonly deadlineMs: number;
  /** Of the body; the connection is torn down at the first byte too many. */
  readonly bodyBytesMax: number;
  readonly signal: AbortSignal;
}

export type HttpFailure =
  | "refused" // the host is there and nobody listens
  | "reset" // the connection ended before the answer did
  | "timed_out"
  | "unreachable" // no such name, no route, no such address
  | "body_too_large"
  | "not_http" // somebody answers, in another protocol
  | "aborted"; // by our own signal: says nothing about the peer

export type HttpAnswer =
  /** `text` is the whole body as UTF-8; bytes that are not appear as U+FFFD. */
  | { readonly state: "answered"; readonly status: number; readonly text: string }
  | { readonly state: "failed"; readonly failure: HttpFailure; readonly reason: string };

const FAILURE_OF_CODE: Readonly<Record<string, HttpFailure>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  ETIMEDOUT: "timed_out",
};

/** Never rejects and follows no redirect: every end, an invalid URL included, is an answer. */
export function request(wanted: HttpRequest): Promise<HttpAnswer> {
  const { url, deadlineMs, signal } = wanted;
  if (!isHttpUrl(url)) {
    return Promise.resolve(fail("unreachable", `"${url}" is not an http or https URL`));
  }
  return new Promise((resolve) => {
    let outgoing: ClientRequest | undefined;
    const finish = (answer: HttpAnswer) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      outgoing?.destroy();
      resolve(answer);
    };
    const abort = () => finish(fail("aborted", "told to stop"));
    const expire = () => finish(fail("timed_out", `no full answer in ${deadlineMs} ms`));
    const timer = setTimeout(expire, deadlineMs);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort);
    outgoing = send(wanted, finish);
  });
}

function isHttpUrl(url: string): boolean {
  const protocol = URL.parse(url)?.protocol;
  return protocol === "http:" || protocol === "https:";
}

function send(wanted: HttpRequest, finish: (answer: HttpAnswer) => void): ClientRequest {
  const { url, method = "GET", body } = wanted;
  const open = url.startsWith("https:") ? requestHttps : requestHttp;
  const ofBody =
    body === undefined
      ? {}
      : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const headers = { ...ofBody, ...wanted.headers };
  const outgoing = open(url, { method, headers, agent: false });
  outgoing.on("response", (incoming) =>
    collect(incoming, { bodyBytesMax: wanted.bodyBytesMax, finish }),
  );
  outgoing.on("error", (error) => finish(failOf(error)));
  outgoing.end(body);
  return outgoing;
}

interface Collecting {
  readonly bodyBytesMax: number;
  readonly finish: (answer: HttpAnswer) => void;
}

function collect(incoming: IncomingMessage, { bodyBytesMax, finish }: Collecting): void {
  const chunks: Buffer[] = [];
  let bodyBytes = 0;
  incoming.on("data", (chunk: Buffer) => {
    bodyBytes += chunk.length;
    if (bodyBytes <= bodyBytesMax) chunks.push(chunk);
    else finish(fail("body_too_large", `body over ${bodyBytesMax} bytes`));
  });
  incoming.on("end", () => {
    const text = new TextDecoder().decode(Buffer.concat(chunks));
    finish({ state: "answered", status: incoming.statusCode ?? 0, text });
  });
  incoming.on("error", (error) => finish(failOf(error)));
}

function failOf(error: Error): HttpAnswer {
  const code = "code" in error ? String(error.code) : "";
  const failure = FAILURE_OF_CODE[code] ?? (code.startsWith("HPE_") ? "not_http" : "unreachable");
  return fail(failure, sayFailure(failure, error));
}

function sayFailure(failure: HttpFailure, error: Error): string {
  if (failure === "refused") return "connection refused";
  if (failure === "reset") return "connection closed before the answer was complete";
  if (failure === "not_http") return "the answer is not HTTP";
  return error.message;
}

function fail(failure: HttpFailure, reason: string): HttpAnswer {
  return { state: "failed", failure, reason };
}
