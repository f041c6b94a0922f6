// From a request's method and path to a route of the table.
import { ROUTES, type Route, type RouteName } from "../routes.ts";

export type RouteMatch =
  | { readonly state: "found"; readonly name: RouteName; readonly subject: string }
  | { readonly state: "unknown_path" }
  | { readonly state: "wrong_method"; readonly allow: string }
  /** A part of the path is not percent-encoded UTF-8. */
  | { readonly state: "bad_path" };

export interface Asked {
  readonly on: Route["on"];
  readonly method: string;
  /** As it came, without the query. */
  readonly path: string;
}

/** `subject` is what stands for `{key}` or `{node}`, decoded; empty where there is neither. */
export function matchRoute({ on, method, path }: Asked): RouteMatch {
  const allowed: string[] = [];
  for (const route of ROUTES) {
    if (route.on !== on) continue;
    const subject = matchPath(route.path, path);
    if (subject === undefined) continue;
    if (route.method !== method) {
      allowed.push(route.method);
      continue;
    }
    const decoded = decode(subject);
    if (decoded === undefined) return { state: "bad_path" };
    return { state: "found", name: route.name, subject: decoded };
  }
  if (allowed.length === 0) return { state: "unknown_path" };
  return { state: "wrong_method", allow: allowed.join(", ") };
}

/** The part that stands for a name in braces, "" when there is none; undefined: another path. */
function matchPath(pattern: string, path: string): string | undefined {
  if (pattern === path) return "";
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  let subject = "";
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? "";
    if (part.startsWith("{")) subject = text;
    else if (part !== text) return undefined;
  }
  return subject === "" ? undefined : subject;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Between the host and the query, without parsing the rest. */
export function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start === -1) return "/";
  const query = url.indexOf("?", start);
  return query === -1 ? url.slice(start) : url.slice(start, query);
}
