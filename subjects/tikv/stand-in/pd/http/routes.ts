// What a route is: a method, a path with `{names}` in it, and who answers it.
import type { Cluster, PdMember } from "../member.ts";
import type { Reply } from "./reply.ts";

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** What stood for the `{names}` of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Headers;
  readonly body: string;
}

type Answer = Reply | Promise<Reply>;

export type Route = {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** A follower that is told to answer itself does so, from the regions that it was synced. */
  readonly isSynced?: true;
} /** By any member, also without a leader. */ & (
  | { readonly by: "member"; handle(member: PdMember, request: ApiRequest): Answer }
  /** By the PD leader; others forward it. */
  | { readonly by: "leader"; handle(member: PdMember, request: ApiRequest): Answer }
  /** By the PD leader in office. */
  | { readonly by: "office"; handle(cluster: Cluster, request: ApiRequest): Answer }
  /** By the PD leader in office of a bootstrapped cluster. */
  | { readonly by: "cluster"; handle(cluster: Cluster, request: ApiRequest): Answer }
);

export type RouteMatch =
  | {
      readonly state: "found";
      readonly route: Route;
      readonly params: Readonly<Record<string, string>>;
    }
  | { readonly state: "unknown_path" }
  | { readonly state: "wrong_method" };

/** The first that fits: a path without names stands before one with. */
export function matchRoute(
  routes: readonly Route[],
  request: { readonly method: string; readonly path: string },
): RouteMatch {
  let isPathKnown = false;
  for (const route of routes) {
    const params = matchPath(route.path, request.path);
    if (!params) continue;
    if (route.method === request.method) return { state: "found", route, params };
    isPathKnown = true;
  }
  return { state: isPathKnown ? "wrong_method" : "unknown_path" };
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? "";
    if (part.startsWith("{")) params[part.slice(1, -1)] = decode(text);
    else if (part !== text) return undefined;
  }
  return params;
}

/** A stray percent sign stands for itself. */
function decode(text: string): string {
  return /%(?![0-9a-fA-F]{2})/.test(text) ? text : decodeURIComponent(text);
}
