// From one HTTP request to one answer: find the route, decide who answers, let it answer.
import { unreachable } from "../../../../../src/domain/errors.ts";
import { type Office, takeOffice } from "../cluster/office.ts";
import { ERRORS } from "../go/errors.ts";
import { officeOf, type PdMember } from "../member.ts";
import { readBootstrapTime } from "../metadata/records.ts";
import { redirect } from "./redirect.ts";
import { emptyReply, json, pageNotFound, type Reply } from "./reply.ts";
import { type ApiRequest, matchRoute, type Route } from "./routes.ts";

export interface Api {
  readonly member: PdMember;
  readonly routes: readonly Route[];
}

export async function answer({ member, routes }: Api, incoming: Request): Promise<Response> {
  const request = await readRequest(incoming);
  const match = matchRoute(routes, request);
  switch (match.state) {
    case "unknown_path":
      return respond(pageNotFound());
    case "wrong_method":
      return respond(emptyReply(405));
    case "found":
      return respond(await handle(member, { ...match, request }));
    default:
      return unreachable(match);
  }
}

async function readRequest(incoming: Request): Promise<ApiRequest> {
  const url = new URL(incoming.url);
  return {
    method: incoming.method,
    path: url.pathname,
    query: url.searchParams,
    params: {},
    headers: incoming.headers,
    body: await incoming.text(),
  };
}

interface Matched {
  readonly route: Route;
  readonly params: ApiRequest["params"];
  readonly request: ApiRequest;
}

async function handle(member: PdMember, matched: Matched): Promise<Reply> {
  const { route } = matched;
  const request = { ...matched.request, params: matched.params };
  if (route.by === "member") return route.handle(member, request);
  const redirection = await redirect(member, request);
  if (redirection.state === "answered") return redirection.reply;
  if (route.by === "leader") return route.handle(member, request);
  const office = officeOf(member) ?? (route.isSynced ? syncedOffice(member) : undefined);
  const isBootstrapped = readBootstrapTime(member.metadata) !== undefined;
  if (!office || (route.by === "cluster" && !isBootstrapped)) {
    return json(ERRORS.notBootstrapped, 500);
  }
  return route.handle({ member, office }, request);
}

/** What a follower knows of the regions: everything but their last heartbeats. */
function syncedOffice({ metadata }: PdMember): Office {
  return takeOffice(metadata, { leaderText: "", nonce: "", nowMs: 0, validUntilMs: 0 });
}

/** Labelled, so that nobody takes it for the real PD. */
function respond({ status, contentType, body }: Reply): Response {
  const headers = new Headers({ "x-stand-in": "pd" });
  if (contentType !== undefined) headers.set("content-type", contentType);
  return new Response(body, { status, headers });
}
