// What an HTTP request would do: reading methods read; of the others those in the tables are known,
// and the rest are not. Other hosts are nobody's business.
import type { EffectKind } from "../../domain/effect.ts";
import { isForeignPort, isKnownHost } from "./hosts.ts";
import { kindOfPdBody } from "./pd-bodies.ts";
import type { CommandKnowledge } from "./scope.ts";

export interface RequestFacts {
  /** Upper case. */
  readonly method: string;
  readonly url: string;
  /** Undefined where there is none; "unreadable" where it is known only when it runs. */
  readonly body: { readonly text: string } | "unreadable" | undefined;
  readonly knowledge: Pick<CommandKnowledge, "readHosts" | "members" | "ports">;
}

interface Path {
  readonly kind: EffectKind;
  readonly methods: readonly string[];
  readonly path: RegExp;
}

const POSTS = ["POST", "PUT", "PATCH"];
const CHANGES = [...POSTS, "DELETE"];

/** The first that fits. PD: server/api/router.go of v8.5.7. */
const PATHS: readonly Path[] = [
  // A store's data or a member given up.
  { kind: "destroy", methods: ["DELETE"], path: /^\/pd\/api\/v\d+\/stores?(\/|$)/ },
  { kind: "destroy", methods: ["DELETE"], path: /^\/pd\/api\/v\d+\/members?(\/|$)/ },
  { kind: "destroy", methods: CHANGES, path: /^\/pd\/api\/v\d+\/admin\/unsafe(\/|$)/ },
  {
    kind: "destroy",
    methods: CHANGES,
    path: /^\/pd\/api\/v\d+\/admin\/(reset-ts|persist-file|cache|storage|replication_mode)(\/|$)/,
  },
  { kind: "destroy", methods: CHANGES, path: /^\/pd\/api\/v\d+\/gc(\/|$)/ },
  // A library of the sender's choice.
  { kind: "hidden", methods: CHANGES, path: /^\/pd\/api\/v\d+\/plugin(\/|$)/ },
  // Placement rules say how many copies there are.
  {
    kind: "destroy",
    methods: CHANGES,
    path: /^\/pd\/api\/v\d+\/config\/(rules?|rule_groups?|placement-rule|region-label)(\/|$)/,
  },
  // etcd's gateway on the same port: PD's metadata itself. Reading is a POST there, too.
  {
    kind: "configure",
    methods: POSTS,
    path: /^\/v3\w*\/(kv\/range|maintenance\/status|cluster\/member\/list)$/,
  },
  { kind: "destroy", methods: CHANGES, path: /^\/v[23]\w*\// },
  // Faults on purpose: TiKV's failpoints, and what the stand-ins have among themselves.
  { kind: "destroy", methods: CHANGES, path: /^\/(fail|stand-in|kv|raft)(\/|$)/ },
  { kind: "configure", methods: CHANGES, path: /^\/pd\/api\/v\d+\/schedulers?(\/|$)/ },
  { kind: "configure", methods: POSTS, path: /^\/pd\/api\/v\d+\/scheduler-config\// },
  { kind: "configure", methods: POSTS, path: /^\/pd\/api\/v\d+\/config(\/(replicate|schedule))?$/ },
  {
    kind: "configure",
    methods: POSTS,
    path: /^\/pd\/api\/v\d+\/leader\/(resign|transfer\/[^/]+)$/,
  },
  { kind: "configure", methods: CHANGES, path: /^\/pd\/api\/v\d+\/operators(\/\d+)?$/ },
  {
    kind: "configure",
    methods: POSTS,
    path: /^\/pd\/api\/v\d+\/stores?\/([^/]+\/)?(limit|label)$/,
  },
  { kind: "configure", methods: POSTS, path: /^\/pd\/api\/v\d+\/admin\/log$/ },
  // TiKV's status server: online configuration.
  { kind: "configure", methods: POSTS, path: /^\/config$/ },
  // The limiter's nodes: subjects/ratelimiter/service/routes.ts.
  { kind: "configure", methods: ["POST"], path: /^\/check$/ },
  { kind: "configure", methods: ["POST"], path: /^\/api\/counters\/[^/]+\/reset$/ },
  { kind: "configure", methods: ["PUT", "DELETE"], path: /^\/api\/limits\/[^/]+$/ },
  { kind: "configure", methods: ["PUT"], path: /^\/api\/settings$/ },
];

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
  if (isReading) return "read";
  const port = Number(parsed.port || (parsed.protocol === "https:" ? 443 : 80));
  if (isForeignPort({ hostname: parsed.hostname, port }, knowledge)) return "foreign";
  if (!CHANGES.includes(method)) return "hidden";
  const path = decodePath(parsed.pathname);
  if (STORE_STATE.test(path)) {
    return parsed.searchParams.get("state")?.toLowerCase() === "up" ? "configure" : "destroy";
  }
  const known = PATHS.find((one) => one.methods.includes(method) && one.path.test(path));
  if (known?.kind !== "configure") return known?.kind ?? "unknown";
  return method === "DELETE" ? "configure" : kindOfPdBody(path, body);
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
