// What an HTTP request would do. Reading methods read where the subject may be asked; of the
// others, those in the table destroy, and the rest configure.
import type { EffectKind } from "../../domain/effect.ts";

interface RequestFacts {
  /** Upper case. */
  readonly method: string;
  readonly url: string;
  readonly readHosts: readonly string[];
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** PD's requests that give up a store's data or a member: server/api/router.go of v8.5.7. */
const DESTRUCTIVE: readonly { readonly methods: readonly string[]; readonly path: RegExp }[] = [
  { methods: ["DELETE"], path: /^\/pd\/api\/v\d+\/stores?(\/|$)/ },
  { methods: ["DELETE"], path: /^\/pd\/api\/v\d+\/members?(\/|$)/ },
  { methods: ["POST", "PUT"], path: /^\/pd\/api\/v\d+\/admin\/unsafe(\/|$)/ },
  { methods: ["POST", "PUT"], path: /^\/pd\/api\/v\d+\/admin\/(reset-ts|persist-file)(\/|$)/ },
  { methods: ["DELETE"], path: /^\/pd\/api\/v\d+\/gc(\/|$)/ },
  // etcd's gateway on the same port: PD's metadata itself. Reading is a POST there, too.
  {
    methods: ["POST", "PUT"],
    path: /^\/v3\w*\/(?!(kv\/range|maintenance\/status|cluster\/member\/list)$)/,
  },
  // Faults on purpose: TiKV's failpoints, and what the stand-ins have among themselves.
  { methods: ["POST", "PUT", "DELETE"], path: /^\/(fail|stand-in|kv|raft)(\/|$)/ },
];

/** Setting a store Offline is what DELETE does by another name. */
const STORE_STATE = /^\/pd\/api\/v\d+\/store\/[^/]+\/state$/;

export function classifyRequest({ method, url, readHosts }: RequestFacts): EffectKind {
  const parsed = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`);
  // gopher and dict send a server whatever stands in their path.
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return "hidden";
  const isReading = method === "GET" || method === "HEAD";
  if (/[{}[\]]/.test(pathOf(url))) return isReading ? "unknown" : "hidden";
  const isKnown = LOOPBACK.test(parsed.hostname) || readHosts.some((host) => isHost(parsed, host));
  if (isReading) return isKnown ? "read" : "unknown";
  const path = decodePath(parsed.pathname);
  if (DESTRUCTIVE.some((one) => one.methods.includes(method) && one.path.test(path))) {
    return "destroy";
  }
  const state = parsed.searchParams.get("state")?.toLowerCase();
  if (STORE_STATE.test(path) && state !== "up") return "destroy";
  if (!["POST", "PUT", "PATCH", "DELETE"].includes(method)) return "hidden";
  return isKnown ? "configure" : "unknown";
}

function isHost(url: URL, host: string): boolean {
  return host.includes(":") ? url.host === host : url.hostname === host;
}

/** Without the host, whose brackets belong to IPv6; curl expands them elsewhere. */
function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\//i, "").replace(/^[^/]*/, "");
}

/** A server sees `%73tore` as `store`, and `//` as `/`. */
function decodePath(path: string): string {
  const decoded = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return decoded.replace(/\/{2,}/g, "/").toLowerCase();
}
