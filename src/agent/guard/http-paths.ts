// Which methods on which paths do what: PD with its etcd, TiKV's status server, the limiter's nodes
// and the stand-ins. Data alone; http-requests.ts reads it.
import type { EffectKind } from "../../domain/effect.ts";
import {
  type BodyJudge,
  judgeCheckerPause,
  judgeLogLevel,
  judgeNewScheduler,
  judgeNodeSettings,
  judgeOperator,
  judgePause,
  judgePdConfig,
  judgeSchedulerConfig,
  judgeStoreLabel,
  judgeStoreLimit,
  judgeStoreWeight,
  judgeTikvConfig,
} from "./pd-bodies.ts";
import { kindOfRemovedScheduler } from "./pd-settings.ts";

export interface KnownPath {
  readonly kind: EffectKind;
  readonly methods: readonly string[];
  /** Of the whole path in lower case; its first group is the name that judges are told. */
  readonly path: RegExp;
  /** What the body makes of `configure`; a request without a body is unknown then. */
  readonly judge?: BodyJudge;
  /** What the name makes of it. */
  readonly judgeName?: (name: string) => EffectKind;
  /** Nobody is served while it is done. */
  readonly pauses?: true;
  /** Not whoever is asked. */
  readonly means?: "any" | "none";
}

const POSTS = ["POST", "PUT", "PATCH"];
export const CHANGES = [...POSTS, "DELETE"];

/** server/api/router.go of v8.5.7. */
const PD = String.raw`^\/(?:pd|tso|scheduling|resource-manager)\/api\/v\d+`;

function pd(rest: string): RegExp {
  return new RegExp(PD + rest);
}

const PD_REFUSED: readonly KnownPath[] = [
  // A store's data or a member given up.
  { kind: "destroy", methods: ["DELETE"], path: pd(String.raw`\/stores?(\/|$)`) },
  { kind: "destroy", methods: ["DELETE"], path: pd(String.raw`\/members?(\/|$)`) },
  { kind: "destroy", methods: CHANGES, path: pd(String.raw`\/admin\/unsafe(\/|$)`) },
  {
    kind: "destroy",
    methods: CHANGES,
    path: pd(
      String.raw`\/admin\/(reset-ts|persist-file|cache|storage|replication_mode|base-alloc-id)` +
        String.raw`(\/|$)`,
    ),
  },
  { kind: "destroy", methods: CHANGES, path: pd(String.raw`\/gc(\/|$)`) },
  {
    kind: "destroy",
    methods: CHANGES,
    path: pd(String.raw`\/(keyspaces|tso-keyspace-groups)(\/|$)`),
  },
  // A library of the sender's choice.
  { kind: "hidden", methods: CHANGES, path: pd(String.raw`\/plugin(\/|$)`) },
  // Placement rules say how many copies there are.
  {
    kind: "destroy",
    methods: CHANGES,
    path: pd(
      String.raw`\/config\/(rules?|rule_groups?|placement-rule|region-label|replication-mode)` +
        String.raw`(\/|$)`,
    ),
  },
  // How many questions are answered: the monitor's are among them.
  { kind: "oversight", methods: CHANGES, path: pd(String.raw`\/service-middleware(\/|$)`) },
];

const PD_CHANGES: readonly KnownPath[] = [
  {
    kind: "configure",
    methods: POSTS,
    path: pd(String.raw`\/schedulers$`),
    means: "none",
    judge: judgeNewScheduler,
  },
  {
    kind: "configure",
    methods: POSTS,
    path: pd(String.raw`\/schedulers\/([^/]+)$`),
    means: "any",
    judge: judgePause,
  },
  {
    kind: "configure",
    methods: ["DELETE"],
    path: pd(String.raw`\/schedulers\/([^/]+)$`),
    means: "any",
    judgeName: kindOfRemovedScheduler,
  },
  {
    kind: "configure",
    methods: POSTS,
    path: pd(String.raw`\/checker\/[^/]+$`),
    means: "none",
    judge: judgeCheckerPause,
  },
  {
    kind: "configure",
    methods: POSTS,
    path: pd(String.raw`\/scheduler-config\/([^/]+)\/config$`),
    means: "any",
    judge: judgeSchedulerConfig,
  },
  {
    kind: "configure",
    methods: ["DELETE"],
    path: pd(String.raw`\/scheduler-config\/([^/]+)\/delete\/\d+$`),
    means: "any",
    judgeName: kindOfRemovedScheduler,
  },
  {
    kind: "configure",
    methods: POSTS,
    path: pd(String.raw`\/config(?:\/(?:replicate|schedule))?$`),
    means: "none",
    judge: judgePdConfig,
  },
  {
    kind: "configure",
    methods: ["POST"],
    path: pd(String.raw`\/leader\/(?:resign|transfer\/[^/]+)$`),
    // Who leads now stands in no words.
    means: "any",
    // No timestamps until the next one leads.
    pauses: true,
  },
  {
    kind: "configure",
    methods: POSTS,
    path: pd(String.raw`\/operators$`),
    means: "any",
    judge: judgeOperator,
  },
  { kind: "configure", methods: ["DELETE"], path: pd(String.raw`\/operators\/\d+$`), means: "any" },
  {
    kind: "configure",
    methods: POSTS,
    path: pd(String.raw`\/stores?\/(?:[^/]+\/)?limit$`),
    means: "any",
    judge: judgeStoreLimit,
  },
  {
    kind: "configure",
    methods: POSTS,
    path: pd(String.raw`\/store\/\d+\/label$`),
    means: "any",
    judge: judgeStoreLabel,
  },
  {
    kind: "configure",
    methods: POSTS,
    path: pd(String.raw`\/store\/\d+\/weight$`),
    means: "any",
    judge: judgeStoreWeight,
  },
  { kind: "configure", methods: POSTS, path: pd(String.raw`\/admin\/log$`), judge: judgeLogLevel },
];

/** On PD's port: its metadata itself. Reading is a POST there, too. */
const ETCD: readonly KnownPath[] = [
  {
    kind: "configure",
    methods: POSTS,
    path: /^\/v3\w*\/(kv\/range|maintenance\/status|cluster\/member\/list)$/,
  },
  { kind: "destroy", methods: CHANGES, path: /^\/v[23]\w*\// },
];

/** src/server/status_server/mod.rs of v8.5.7. */
const TIKV: readonly KnownPath[] = [
  // Nobody sees it: the store answers and beats as before, and counts for nothing.
  { kind: "hidden", methods: CHANGES, path: /^\/pause_grpc$/ },
  { kind: "start", methods: ["PUT"], path: /^\/resume_grpc$/ },
  { kind: "configure", methods: POSTS, path: /^\/config$/, judge: judgeTikvConfig },
  { kind: "configure", methods: ["PUT"], path: /^\/log-level$/, judge: judgeLogLevel },
];

/** Faults on purpose: TiKV's failpoints, and what the stand-ins have among themselves. */
const FAULTS: readonly KnownPath[] = [
  { kind: "destroy", methods: CHANGES, path: /^\/(fail|stand-in|kv|raft)(\/|$)/ },
  { kind: "destroy", methods: CHANGES, path: /^\/pd\/api\/v\d+\/fail(\/|$)/ },
];

/** subjects/ratelimiter/service/routes.ts. */
const LIMITER: readonly KnownPath[] = [
  // What was granted would be forgotten.
  { kind: "destroy", methods: ["POST"], path: /^\/api\/counters\/[^/]+\/reset$/ },
  // An override taken back; another one is anybody's choice.
  { kind: "configure", methods: ["DELETE"], path: /^\/api\/limits\/[^/]+$/, means: "any" },
  { kind: "configure", methods: ["PUT"], path: /^\/api\/settings$/, judge: judgeNodeSettings },
  // It says what Redis is told, and when.
  { kind: "hidden", methods: POSTS, path: /^\/api\/jobs(\/|$)/ },
];

/** The first that fits. */
export const PATHS: readonly KnownPath[] = [
  ...[...PD_REFUSED, ...PD_CHANGES, ...ETCD],
  ...[...FAULTS, ...TIKV, ...LIMITER],
];
