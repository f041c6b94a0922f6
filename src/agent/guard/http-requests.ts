// What an HTTP request would do: reading methods read; of the others those in the tables are known,
// and the rest are not. Other hosts are nobody's business.
import type { Effect, EffectKind } from "../../domain/effect.ts";
import { isHarmlessGet, pathAsServed } from "../../domain/http-reads.ts";
import { isForeignPort, isKnownHost } from "./hosts.ts";
import { CHANGES, type KnownPath, PATHS } from "./http-paths.ts";
import type { CommandKnowledge } from "./scope.ts";

export interface RequestFacts {
  /** Upper case. */
  readonly method: string;
  readonly url: string;
  /** Its path goes on in a way that is known only when it runs. */
  readonly isOpen?: boolean;
  readonly body: { readonly text: string } | undefined;
  readonly knowledge: Pick<CommandKnowledge, "readHosts" | "members" | "ports">;
}

/** Setting a store Offline is what DELETE does by another name. */
const STORE_STATE = /^\/pd\/api\/v\d+\/store\/[^/]+\/state$/;

type Asked = Pick<Effect, "kind" | "pauses">;

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
  return CHANGES.includes(method)
    ? classifyChange({ method, path, query, body })
    : { kind: "hidden" };
}

interface Change extends Pick<RequestFacts, "method" | "body"> {
  readonly path: string;
  readonly query: URLSearchParams;
}

function classifyChange({ method, path, query, body }: Change): Asked {
  if (STORE_STATE.test(path)) {
    const isBack = query.get("state")?.toLowerCase() === "up";
    return { kind: isBack ? "configure" : "destroy" };
  }
  const known = PATHS.find((one) => one.methods.includes(method) && one.path.test(path));
  const kind = known ? kindOfKnown(known, { path, body }) : "unknown";
  if (kind !== "configure") return { kind };
  // `?force`: it changes what is asked for.
  return query.size > 0 ? { kind: "unknown" } : { kind, ...(known?.pauses && { pauses: true }) };
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
