// What an HTTP request would do: reading methods read; of the others those in the tables are known,
// and the rest are not. Other hosts are nobody's business.
import type { Effect, EffectKind } from "../../domain/effect.ts";
import { isHarmlessGet, pathAsServed } from "../../domain/http-reads.ts";
import { isForeignPort, isKnownHost, ownerOf } from "./hosts.ts";
import { CHANGES, type KnownPath, PATHS } from "./http-paths.ts";
import type { CommandKnowledge } from "./scope.ts";

export interface RequestFacts {
  /** Upper case. */
  readonly method: string;
  readonly url: string;
  /** Its path goes on in a way that is known only when it runs. */
  readonly isOpen?: boolean;
  readonly body: { readonly text: string } | undefined;
  readonly knowledge: Pick<CommandKnowledge, "readHosts" | "members" | "ports" | "owners">;
}

/** Setting a store Offline is what DELETE does by another name. */
const STORE_STATE = /^\/pd\/api\/v\d+\/store\/[^/]+\/state$/;

/** What is known of it from more than the names that stand in it. */
export interface Asked extends Pick<Effect, "kind" | "pauses" | "means"> {
  /** Who is asked, where that is whom it changes. */
  readonly asks?: string;
}

export function classifyRequest({ method, url, isOpen, body, knowledge }: RequestFacts): Asked {
  const parsed = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`);
  // Where a host ends, curl and we may see in two ways.
  if (/[^!-~]|\\/.test(url) || /[@#]/.test(authorityOf(url))) return { kind: "foreign" };
  // gopher and dict send a server whatever stands in their path.
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return { kind: "hidden" };
  const isLook = method === "GET" || method === "HEAD";
  if (/[{}[\]]/.test(pathOf(url))) return { kind: isLook ? "unknown" : "hidden" };
  if (!isKnownHost(parsed, knowledge)) return { kind: "foreign" };
  const port = Number(parsed.port || (parsed.protocol === "https:" ? 443 : 80));
  const { hostname } = parsed;
  if (isForeignPort({ hostname, port, isLook }, knowledge)) return { kind: "foreign" };
  const path = pathAsServed(parsed.pathname);
  const query = parsed.searchParams;
  if (isLook) return { kind: isHarmlessGet({ path, query, isOpen }) ? "read" : "unknown" };
  if (!CHANGES.includes(method)) return { kind: "hidden" };
  return classifyChange({
    method,
    path,
    query,
    body,
    owner: ownerOf({ hostname, port }, knowledge),
  });
}

interface Change extends Pick<RequestFacts, "method" | "body"> {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly owner: string | undefined;
}

function classifyChange({ method, path, query, body, owner }: Change): Asked {
  if (STORE_STATE.test(path)) {
    const isBack = query.get("state")?.toLowerCase() === "up";
    return isBack ? { kind: "configure", means: "any" } : { kind: "destroy" };
  }
  const known = PATHS.find((one) => one.methods.includes(method) && one.path.test(path));
  const kind = known ? kindOfKnown(known, { path, body }) : "unknown";
  // `?force`: it changes what is asked for.
  if (kind === "configure" && query.size > 0) return { kind: "unknown" };
  const means = known?.means;
  if (kind !== "configure" && kind !== "start") return { kind };
  const asks = means === undefined && owner !== undefined ? { asks: owner } : {};
  const more = { ...(known?.pauses && { pauses: true as const }), ...asks };
  return { kind, ...more, ...(means !== undefined && { means }) };
}

function kindOfKnown(
  { kind, path: form, judge, judgeName }: KnownPath,
  { path, body }: { readonly path: string; readonly body: RequestFacts["body"] },
): EffectKind {
  const name = form.exec(path)?.[1] ?? "";
  if (judgeName) return judgeName(name);
  if (!judge) return kind;
  return body === undefined ? "unknown" : judge({ name, text: body.text });
}

function authorityOf(url: string): string {
  return /^[^/?]*/.exec(url.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ""))?.[0] ?? "";
}

/** Without the host, whose brackets belong to IPv6; curl expands them elsewhere. */
function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\//i, "").replace(/^[^/]*/, "");
}
