// Real runs of the demo, as they were recorded: what happened in which second from the fault. One
// was repaired, one had an agent that may only look, and one had no cluster.
import type { StoryFacts } from "../../demo/chapter.ts";
import type { DemoSummary } from "../../demo/events.ts";
import type { LiveMemory } from "../../demo/live/memory.ts";
import {
  acts,
  claims,
  counts,
  escalates,
  files,
  isIn,
  load,
  looks,
  resolves,
  says,
  starts,
  tells,
  verifies,
} from "./recorded-steps.ts";

/** In the order of time. */
export type Run = readonly RunStep[];
export type RunStep = readonly [atSeconds: number, happens: Happening];
export type Happening = (memory: LiveMemory, nowMs: number) => void;

/** The first moment of every run. */
export const LAUNCH_SECONDS = -26;

const EVEN = { tikv1: 4, tikv2: 4, tikv3: 4 };
const WITHOUT_TIKV2 = { tikv1: 7, tikv2: 0, tikv3: 5 };
const REFUSED = "connection refused";
const SILENT = `no sign of life: ${REFUSED}`;
const UNEVEN =
  "leader_imbalance of cluster (leaders are uneven: store 1: 7, store 3: 0, store 2: 5)";
const STATUS_RESULT =
  '[Tool Result] Exit 3: {"subject":"tikv","is_up":true,"time_scale":10,"members":[{"name":"pd1",' +
  '"role":"pd","state":"running","is_stand_in":true,"ports":{"client":30538,"peer":30539},…';
const LOGS_RESULT =
  "[Tool Result] Exit 0: 2026-11-21T23:00:27.569Z [2026/11/21 23:00:27.506 +00:00] [INFO] " +
  '[stand-in.ts:1] ["starting a stand-in store"] [addr=127.0.0.1:30546] [version=8.5.7] 2026-11-2…';
const DONE = "done: tikv2 was stopped and is running, process 9309; postcondition met after 0.15 s";
const REFUSAL =
  "refused by the guard: starts tikv2: mode observe allows known reads alone. Nothing was done.";
const FAILED = `start_member failed: ${REFUSAL} (audit event 13)`;

/** Operations, failures, p50 and p99 in ms, writes; the first 14 seconds before the fault. */
const LOAD_SECONDS = [
  [199, 0, 2.22, 7.88, 95],
  [199, 0, 1.49, 6.39, 106],
  [200, 0, 1.22, 5.24, 91],
  [200, 0, 1.08, 6.98, 86],
  [201, 0, 1.07, 3.55, 89],
  [200, 0, 1.24, 5.79, 101],
  [200, 0, 1.33, 7.36, 97],
  [199, 0, 1, 3.65, 95],
  [201, 0, 1.08, 5.37, 92],
  [199, 0, 1.22, 3.39, 107],
  [201, 0, 1.16, 4.72, 99],
  [199, 0, 0.99, 3.74, 87],
  [200, 0, 0.97, 4.99, 93],
  [201, 0, 0.97, 4.2, 105],
  [199, 0, 1.13, 6.74, 97],
  [142, 0, 1.17, 6.69, 83],
  [250, 8, 1.74, 950.21, 128],
  [200, 0, 1.34, 11.84, 101],
  [200, 0, 1.55, 134.86, 93],
  [201, 0, 1.21, 5.64, 90],
  [200, 0, 1.37, 9.74, 104],
  [200, 0, 1.6, 10.92, 101],
] as const;

const SUMMARY: DemoSummary = {
  type: "summary",
  subject: "tikv",
  fault: "store_kill",
  target: "tikv2",
  detected: true,
  timeToDetectMs: 1_595,
  timeToMitigateMs: 5_615,
  resolution: "verified_fix",
  sessionId: "0mwr0hjvw-44554678",
  counts: { writes_acknowledged: 2_211 },
  harms: [{ name: "writes_lost", label: "acknowledged writes lost", count: 0, when: undefined }],
  ledger: "kept",
  exitCode: 0,
};

const DETECTED: Partial<StoryFacts> = { detectedAfterMs: 1_595, ticketIds: [1] };

const TO_THE_FAULT: Run = [
  [-22, tells({ type: "next" })],
  [-19.6, tells({ type: "action_done", facts: {} })],
  [-19.5, starts("monitor")],
  [-19.5, starts("agent")],
  [-19.4, looks(EVEN)],
  [-19.4, says("agent", "Agent loop starting")],
  [-19.3, says("monitor", "Monitor watching tikv every 1000 ms")],
  [
    -19.2,
    says(
      "monitor",
      "cannot see: 3 of 36 verdicts unknown; high_p99_latency of tikv1 (needs two scrapes, this " +
        "is the first)",
    ),
  ],
  [-18.2, says("monitor", "all invariants hold (36 verdicts)")],
  [-18.2, tells({ type: "happened", what: "healthy", facts: {} })],
  ...[...Array(18).keys()].map((second): RunStep => [second - 18, looks(EVEN)]),
  [-15.2, tells({ type: "next" })],
  [-15.1, tells({ type: "action_done", facts: {} })],
  ...LOAD_SECONDS.map((figures, second): RunStep => [second - 14, load(figures)]),
  [-14, tells({ type: "happened", what: "load_flows", facts: {} })],
  [-7, tells({ type: "next" })],
  [-3, tells({ type: "next" })],
  [0.1, tells({ type: "action_done", facts: { targets: ["tikv2"], injectedAtMs: 0 } })],
  [0.6, says("monitor", `1 violation(s) detected: store_unreachable of tikv2 (${SILENT})`)],
  [0.7, looks(EVEN, { name: "tikv2", detail: REFUSED })],
];

const TO_THE_AGENT: Run = [
  [1.6, files({ openedAfterMs: 1_595, reason: SILENT })],
  [
    1.6,
    says("monitor", `2 violation(s) detected: store_unreachable of tikv2 (${SILENT}); ${UNEVEN}`),
  ],
  [1.6, says("monitor", `Ticket #1 opened -> open: store_unreachable of tikv2: ${SILENT}`)],
  [1.6, tells({ type: "happened", what: "detected", facts: DETECTED })],
  [1.7, looks(WITHOUT_TIKV2, { name: "tikv2", detail: REFUSED })],
  [2.1, claims({ afterMs: 2_090 })],
  [2.1, says("agent", `Processing ticket #1: tikv/store_unreachable/tikv2: ${SILENT}`)],
  [2.1, says("agent", `[Runbook] tikv2 is in trouble: ${SILENT}. I look at its process first.`)],
  [
    2.1,
    says(
      "agent",
      "[Tool Call] shell: operator subject status tikv --json (see the state of every member's " +
        "process)",
    ),
  ],
  [2.2, says("agent", STATUS_RESULT)],
  [2.2, says("agent", "[Runbook] What did tikv2 say last?")],
  [
    2.2,
    says(
      "agent",
      "[Tool Call] shell: operator subject logs tikv tikv2 --lines 10 (see why it is in this " +
        "state)",
    ),
  ],
  [2.3, says("agent", LOGS_RESULT)],
  [
    2.3,
    says(
      "agent",
      "[Runbook] Its process is stopped. Its data is in place, so start_member is safe.",
    ),
  ],
  [2.3, says("agent", "[Tool Call] act: start_member tikv2 (tikv2 is stopped)")],
];

export const REPAIRED: Run = [
  ...TO_THE_FAULT,
  ...TO_THE_AGENT,
  [2.3, says("agent", "[Guard] allow: starts tikv2: mode execute allows it")],
  [2.5, acts({ afterMs: 2_452 })],
  [2.5, says("agent", `[Tool Result] Exit 0: ${DONE}`)],
  [2.5, says("agent", "[Runbook] Done; the monitor shall verify it.")],
  [
    2.5,
    says(
      "agent",
      `[Tool Call] conclude: fixed: ${DONE} (audit event 13). Its log ended: ` +
        "2026-11-21T23:00:29.347Z [2026/11/21 23:00:29.347 +00:00] [INFO] [stand-in.ts:1] " +
        '["TiKV is ready to serve"] [store_id=3]',
    ),
  ],
  [2.5, verifies()],
  [2.5, says("agent", "Ticket #1 -> verifying")],
  [2.5, says("agent", "[Verify] waiting for the monitor to confirm")],
  [2.5, tells({ type: "happened", what: "concluded", facts: { conclusion: DONE } })],
  [2.6, says("monitor", `1 violation(s) detected: ${UNEVEN}`)],
  [2.7, looks(WITHOUT_TIKV2)],
  [3.6, says("monitor", "all invariants hold (36 verdicts)")],
  [3.7, looks({ tikv1: 5, tikv2: 3, tikv3: 4 })],
  [4.7, looks(EVEN)],
  [5.6, resolves({ afterMs: 5_615 })],
  [
    5.6,
    says(
      "monitor",
      "Ticket #1 verified -> resolved (verified_fix): store_unreachable of tikv2: held in 4 " +
        "consecutive observations over 3.0 s",
    ),
  ],
  [5.6, says("agent", "[Verify] resolved as verified_fix")],
  [5.6, says("agent", "Ticket #1 -> resolved")],
  [5.6, tells({ type: "happened", what: "ended", facts: {} })],
  [5.7, looks(EVEN)],
  [6.7, looks(EVEN)],
  [7.2, counts(SUMMARY)],
  [7.2, tells({ type: "action_done", facts: { summary: SUMMARY, endedAfterMs: 5_615 } })],
  [7.7, looks(EVEN)],
];

const UNRESOLVED: DemoSummary = {
  ...SUMMARY,
  timeToMitigateMs: null,
  resolution: "escalated",
  exitCode: 3,
};

/** In mode observe. */
export const NOT_REPAIRED: Run = [
  [LAUNCH_SECONDS, isIn("observe")],
  ...TO_THE_FAULT,
  ...TO_THE_AGENT,
  [2.3, says("agent", "[Guard] deny: starts tikv2: mode observe allows known reads alone")],
  [2.3, says("agent", `[Tool Result] Exit 1: ${REFUSAL}`)],
  [2.3, says("agent", "[Runbook] This needs a person.")],
  [2.3, says("agent", `[Tool Call] conclude: cannot_fix: ${FAILED}`)],
  [2.3, escalates({ note: `cannot fix: ${FAILED}` })],
  [2.3, says("agent", `Ticket #1 -> escalated: cannot fix: ${FAILED}`)],
  [2.5, tells({ type: "happened", what: "concluded", facts: { conclusion: FAILED } })],
  [2.5, tells({ type: "happened", what: "ended", facts: { conclusion: FAILED } })],
  [2.7, looks(WITHOUT_TIKV2, { name: "tikv2", detail: REFUSED })],
  [7.2, counts(UNRESOLVED)],
  [7.2, tells({ type: "action_done", facts: { summary: UNRESOLVED } })],
  [7.7, looks(WITHOUT_TIKV2, { name: "tikv2", detail: REFUSED })],
];

export const NOT_RAISED: Run = [
  [-22, tells({ type: "next" })],
  [
    -19.6,
    tells({
      type: "action_failed",
      error:
        "operator subject up tikv --time-scale 10 failed (exit 1)\noperator: starting pd2 of " +
        "tikv: port 30540 (client) is taken\nhint: operator subject down tikv",
    }),
  ],
];
