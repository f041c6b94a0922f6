// From a request to its answer: the token, the route, the handler.
import { unreachable } from "../../../src/domain/errors.ts";
import { answerCheck, refuseBadRequest } from "./check/answer-check.ts";
import { readUserKey } from "./check/read-check.ts";
import { matchRoute, pathOf } from "./http/match-route.ts";
import { readJsonBody } from "./http/read-body.ts";
import { json, type Read, type Refusal } from "./http/reply.ts";
import { listCounters, resetCounter } from "./manage/counters.ts";
import { readHealth } from "./manage/health.ts";
import { listLimits, putOverride, removeOverride } from "./manage/limits.ts";
import { forgetNode, listNodes } from "./manage/nodes.ts";
import { putSettings } from "./manage/settings.ts";
import { refusalOfToken } from "./manage/token.ts";
import { readUsage } from "./manage/usage.ts";
import type { LimiterNode } from "./node.ts";
import { metricsPage } from "./node-metrics.ts";
import type { Route } from "./routes.ts";

export async function answer(
  node: LimiterNode,
  on: Route["on"],
  request: Request,
): Promise<Response> {
  const path = pathOf(request.url);
  if (on === "manage" && path.startsWith("/api/")) {
    const refusal = refusalOfToken(request, node.token);
    if (refusal) return refuseBadRequest(node, refusal);
  }
  const match = matchRoute({ on, method: request.method, path });
  switch (match.state) {
    case "found":
      return handle(node, { ...match, request });
    case "unknown_path":
      return refuseBadRequest(node, UNKNOWN_PATH);
    case "wrong_method":
      return refuseBadRequest(node, wrongMethod(match.allow));
    case "bad_path":
      return refuseBadRequest(node, BAD_PATH);
    default:
      return unreachable(match);
  }
}

interface Matched {
  readonly name: Route["name"];
  readonly subject: string;
  readonly request: Request;
}

async function handle(node: LimiterNode, { name, subject, request }: Matched): Promise<Response> {
  switch (name) {
    case "check":
      return answerCheck(node, request);
    case "live":
      return json({ node: node.name, status: "live" });
    case "health": {
      const health = await readHealth(node);
      return json(health, health.status === "ok" ? 200 : 503);
    }
    case "metrics":
      return new Response(metricsPage(node), {
        headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
      });
    case "list_counters":
      return reply(node, await listCounters(node, queryOf(request)));
    case "reset_counter":
      return reply(node, await withKey(subject, (key) => resetCounter(node, key)));
    case "read_usage":
      return reply(node, readUsage(node, queryOf(request)));
    case "list_nodes":
      return reply(node, await listNodes(node));
    case "forget_node":
      return reply(node, await forgetNode(node, subject));
    case "list_limits":
      return reply(node, await listLimits(node));
    case "put_override":
      return reply(node, await withKey(subject, (key) => override({ node, request, key })));
    case "remove_override":
      return reply(node, await withKey(subject, (key) => removeOverride(node, key)));
    case "read_settings":
      return json(node.settings.current);
    case "put_settings":
      return reply(node, await withBody(request, (body) => putSettings(node, body)));
    default:
      return unreachable(name);
  }
}

interface OverrideCall {
  readonly node: LimiterNode;
  readonly request: Request;
  readonly key: string;
}

function override({ node, request, key }: OverrideCall) {
  return withBody(request, (body) => putOverride(node, { key, body }));
}

async function withKey<T>(
  subject: string,
  work: (key: string) => Promise<Read<T>>,
): Promise<Read<T>> {
  const key = readUserKey(subject);
  return key.state === "refused" ? key : work(key.value);
}

async function withBody<T>(
  request: Request,
  work: (body: unknown) => Promise<Read<T>>,
): Promise<Read<T>> {
  const body = await readJsonBody(request);
  return body.state === "refused" ? body : work(body.value);
}

function reply(node: LimiterNode, result: Read<unknown>): Response {
  return result.state === "read" ? json(result.value) : refuseBadRequest(node, result.refusal);
}

function queryOf(request: Request): URLSearchParams {
  return new URL(request.url).searchParams;
}

const UNKNOWN_PATH: Refusal = {
  status: 404,
  code: "unknown_path",
  message: "there is nothing at this path",
};

const BAD_PATH: Refusal = {
  status: 400,
  code: "bad_path",
  message: "the path is not percent-encoded UTF-8",
};

function wrongMethod(allow: string): Refusal {
  const message = `this path takes ${allow}`;
  return { status: 405, code: "wrong_method", message, headers: { allow } };
}
