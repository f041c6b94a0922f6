// Answers in the forms that PD gives: indented JSON, compact region bytes, plain text.
import { compactJson, type GoJson, indentedJson } from "../go/json.ts";

export interface Reply {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** Handlers answer like this, errors included: then the value is a string. */
export function json(value: GoJson, status = 200): Reply {
  return { status, contentType: "application/json; charset=UTF-8", body: indentedJson(value) };
}

/** Region endpoints: `rd.Data` with the default content type of unrolled/render. */
export function regionBytes(value: GoJson): Reply {
  return { status: 200, contentType: "application/octet-stream", body: compactJson(value) };
}

/** Go's http.Error: text with a newline, which the redirector and the mux use. */
export function plainText(status: number, message: string): Reply {
  return { status, contentType: "text/plain; charset=utf-8", body: `${message}\n` };
}

/** What Go's mux says of a path that it does not know. */
export function pageNotFound(): Reply {
  return plainText(404, "404 page not found");
}

export function emptyReply(status = 200): Reply {
  return { status, contentType: undefined, body: "" };
}

/** Between stand-ins, and of the handlers that do not go through PD's renderer. */
export function compact(value: GoJson, status = 200): Reply {
  return { status, contentType: "application/json", body: compactJson(value) };
}
