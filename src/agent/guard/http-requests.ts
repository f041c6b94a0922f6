// What an HTTP request would do: reading methods read; of the others those in the tables are known,
// and the rest are not. Other hosts are nobody's business.
import type { EffectKind } from "../../domain/effect.ts";
import { isForeignPort, isKnownHost } from "./hosts.ts";
import { CHANGES, CHANGING_READS, type KnownPath, PATHS } from "./http-paths.ts";
import type { CommandKnowledge } from "./scope.ts";

export interface RequestFacts {
  /** Upper case. */
  readonly method: string;
  readonly url: string;
  /** Undefined where there is none; "unreadable" where it is known only when it runs. */
  readonly body: { readonly text: string } | "unreadable" | undefined;
  readonly knowledge: Pick<CommandKnowledge, "readHosts" | "members" | "ports">;
}

/** Setting a store Offline is what DELETE does by another name. */
const STORE_STATE = /^\/pd\/api\/v\d+\/store\/[^/]+\/state$/;

export function classifyRequest({ method, url, body, knowledge }: RequestFacts): EffectKind {
  const parsed = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`);
  // Where a host ends, curl and we may see in two ways.
  if (/[^!-~]|\\/.test(url) || /[@#]/.test(authorityOf(url))) return "foreign";
  // gopher and dict send a server whatever stands in their path.
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return "hidden";
  const isReading = method === "GET" || method === "HEAD";
  if (/[{}[\]]/.test(pathOf(url))) return isReading ? "unknown" : "hidden";
  if (!isKnownHost(parsed, knowledge)) return "foreign";
  const port = Number(parsed.port || (parsed.protocol === "https:" ? 443 : 80));
  const { hostname } = parsed;
  if (isForeignPort({ hostname, port, isLook: isReading }, knowledge)) return "foreign";
  const path = decodePath(parsed.pathname);
  if (isReading) return CHANGING_READS.test(path) ? "unknown" : "read";
  if (!CHANGES.includes(method)) return "hidden";
  if (STORE_STATE.test(path)) {
    return parsed.searchParams.get("state")?.toLowerCase() === "up" ? "configure" : "destroy";
  }
  const known = PATHS.find((one) => one.methods.includes(method) && one.path.test(path));
  const kind = known ? kindOfKnown(known, { path, body }) : "unknown";
  // `?force`: it changes what is asked for.
  return kind === "configure" && parsed.search !== "" ? "unknown" : kind;
}

function kindOfKnown(
  { kind, path: form, judge, judgeName }: KnownPath,
  { path, body }: { readonly path: string; readonly body: RequestFacts["body"] },
): EffectKind {
  const name = form.exec(path)?.[1] ?? "";
  if (judgeName) return judgeName(name);
  if (!judge) return kind;
  if (body === "unreadable") return "hidden";
  return body === undefined ? "unknown" : judge({ name, text: body.text });
}

function authorityOf(url: string): string {
  return /^[^/?]*/.exec(url.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ""))?.[0] ?? "";
}

/** Without the host, whose brackets belong to IPv6; curl expands them elsewhere. */
function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\//i, "").replace(/^[^/]*/, "");
}

/** A server sees `%73tore` as `store`, `//` as `/`, and takes `.` and `..` out. */
function decodePath(path: string): string {
  const decoded = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const plain = decoded.replace(/\/{2,}/g, "/").toLowerCase();
  return URL.parse(`http://x${plain}`)?.pathname ?? plain;
}
