// Whatever goes wrong between us and the Messages API, as one ModelError: what failed decides
// whether the agent asks again, so each status and each type of error has its place here.
import { APIConnectionError, APIError } from "@anthropic-ai/sdk";
import { z } from "zod";
import { AssertionError, messageOf } from "../domain/errors.ts";
import { ModelError, type ModelFailure } from "../domain/model.ts";

/** Long enough to say what is wrong; a proxy's error page is longer. */
const MESSAGE_CHARS_MAX = 300;

/** Types of errors that come without a status, within a stream. */
const FAILURE_OF_TYPE: Readonly<Record<string, ModelFailure>> = {
  rate_limit_error: "rate_limited",
  overloaded_error: "overloaded",
  api_error: "overloaded",
  timeout_error: "overloaded",
  authentication_error: "unauthorized",
  permission_error: "unauthorized",
  billing_error: "unauthorized",
  invalid_request_error: "invalid_request",
  not_found_error: "invalid_request",
  request_too_large: "invalid_request",
};

export interface FailureContext {
  /** What was being done, to what: the front of the message. */
  readonly doing: string;
  /** Never shown, whoever repeats it. */
  readonly secret: string;
  readonly nowMs: number;
}

/** A defect of ours is thrown on, everything else becomes a ModelError. */
export function toModelError(thrown: unknown, context: FailureContext): ModelError {
  if (thrown instanceof AssertionError) throw thrown;
  const cause = describe(thrown).replaceAll(context.secret, "[key]").replace(/\s+/g, " ");
  const message = `${context.doing}: ${cause.slice(0, MESSAGE_CHARS_MAX)}`;
  return new ModelError(failureOf(thrown), message, retryAfterMs(thrown, context.nowMs));
}

function failureOf(thrown: unknown): ModelFailure {
  if (thrown instanceof ModelError) return thrown.failure;
  if (thrown instanceof APIConnectionError) return "connection";
  if (thrown instanceof APIError) return failureOfResponse(thrown);
  if (thrown instanceof SyntaxError || thrown instanceof z.ZodError) return "malformed";
  return "connection"; // what is left comes from the socket
}

function failureOfResponse({ status, type }: APIError): ModelFailure {
  if (status === undefined) return FAILURE_OF_TYPE[type ?? ""] ?? "malformed";
  if (status === 429) return "rate_limited";
  if (status === 401 || status === 402 || status === 403) return "unauthorized";
  if (status >= 500 || status === 408 || status === 409) return "overloaded";
  return status >= 400 ? "invalid_request" : "malformed";
}

function describe(thrown: unknown): string {
  if (thrown instanceof z.ZodError) return `not of the protocol's form: ${firstIssueOf(thrown)}`;
  if (thrown instanceof SyntaxError) return `not of the protocol's form: ${thrown.message}`;
  if (thrown instanceof APIConnectionError && thrown.cause !== undefined) {
    return messageOf(thrown.cause);
  }
  if (thrown instanceof APIError && thrown.apiMessage !== null) {
    return `${thrown.status ?? thrown.type}: ${thrown.apiMessage}`;
  }
  return messageOf(thrown);
}

function firstIssueOf(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? "unknown" : `${issue.path.join(".")}: ${issue.message}`;
}

/** `retry-after-ms` in milliseconds, or `retry-after` in seconds or as an HTTP date. */
function retryAfterMs(thrown: unknown, nowMs: number): number | undefined {
  if (!(thrown instanceof APIError)) return undefined;
  const exact = numberOf(thrown.headers?.get("retry-after-ms"));
  if (exact !== undefined) return Math.max(0, Math.round(exact));
  const text = thrown.headers?.get("retry-after");
  const seconds = numberOf(text);
  const waitMs = seconds === undefined ? Date.parse(text ?? "") - nowMs : seconds * 1000;
  return Number.isNaN(waitMs) ? undefined : Math.max(0, Math.round(waitMs));
}

function numberOf(text: string | null | undefined): number | undefined {
  const value = Number(text?.trim() || "none");
  return Number.isFinite(value) ? value : undefined;
}
