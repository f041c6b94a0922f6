// What a screen may have to show: moments of a real demo of TiKV, as views. Golden frames and the
// tests of single panels start from these.
import type {
  ClusterView,
  LogView,
  MemberView,
  OverlayView,
  ScreenView,
  StoryView,
  WorkloadFigure,
  WorkloadSecond,
  WorkloadView,
} from "../../src/panels/view.ts";
import { AGENT_LINES, MONITOR_LINES } from "./scene-lines.ts";

export const NOW_MS = 1_800_000_000_000;
const FAULT_MS = NOW_MS - 6_000;

/** The cluster is well, the load is on, nothing has happened yet. */
export function healthyScene(): ScreenView {
  return {
    nowMs: NOW_MS,
    cluster: clusterOf([store("tikv1", 12, 0), store("tikv2", 12, 0), store("tikv3", 12, 0)]),
    story: story({
      chapter: 2,
      title: "All is well",
      narration: [
        "Three placement drivers and three stores answer. Every region has three replicas, and " +
          "a leader that serves it.",
        "The monitor on the left looks at all of them once a second and says so when something " +
          "is wrong.",
      ],
    }),
    workload: workload({ faultAgoSeconds: undefined }),
    monitor: log("Monitor", MONITOR_LINES.slice(0, 3)),
    agent: log("Agent", AGENT_LINES.slice(0, 2), "0 tokens · $0"),
    status: { ticket: undefined, timeline: [], mode: "execute", model: "runbook" },
    focus: "story",
    isZoomed: false,
    overlay: undefined,
  };
}

/** A store was killed; the agent is at it. */
export function repairScene(): ScreenView {
  return {
    ...healthyScene(),
    cluster: clusterOf([store("tikv1", 18, 6), downStore(), store("tikv3", 18, 6)]),
    story: story({
      chapter: 6,
      title: "Diagnosis and repair",
      narration: [
        "The agent has claimed the ticket. It looks before it acts, and every step that changes " +
          "something passes the guard.",
        "You see each thought, each command with its reason, and what came of it.",
      ],
      activity: "the agent works on ticket #1",
      keys: [
        ["TAB", "panel"],
        ["z", "zoom"],
        ["?", "help"],
        ["q", "quit"],
      ],
    }),
    workload: workload({ faultAgoSeconds: 6 }),
    monitor: log("Monitor", MONITOR_LINES.slice(0, 6)),
    agent: log("Agent", AGENT_LINES.slice(0, 10), "0 tokens · $0"),
    status: {
      ticket: { id: 1, state: "claimed" },
      timeline: [
        { label: "fault", atMs: FAULT_MS },
        { label: "detected", atMs: FAULT_MS + 1_990 },
        { label: "claimed", atMs: FAULT_MS + 2_510 },
      ],
      mode: "execute",
      model: "runbook",
    },
    focus: "agent",
  };
}

/** The monitor has confirmed the repair, and every acknowledged write was read back. */
export function verifiedScene(): ScreenView {
  const scene = repairScene();
  return {
    ...scene,
    cluster: clusterOf([store("tikv1", 16, -2), store("tikv2", 4, 4), store("tikv3", 16, -2)]),
    story: story({
      chapter: 8,
      title: "The end",
      narration: [
        "tikv2 was killed, noticed after 2.0 s and verified well again after 6.0 s. Not the " +
          "agent said so, but three looks of the monitor in a row.",
        "738 writes were acknowledged, and all of them were read back.",
      ],
      keys: [
        ["r", "run again"],
        ["q", "quit"],
      ],
    }),
    workload: workload({ faultAgoSeconds: 24, repairAgoSeconds: 18, lost: 0 }),
    monitor: log("Monitor", MONITOR_LINES),
    agent: log("Agent", AGENT_LINES, "4,812 tokens · $0.0312"),
    status: {
      ticket: { id: 1, state: "resolved" },
      timeline: [
        ...scene.status.timeline,
        { label: "acted", atMs: FAULT_MS + 3_300 },
        { label: "verified", atMs: FAULT_MS + 6_020 },
      ],
      mode: "execute",
      model: "claude-sonnet-4-5",
    },
    focus: "story",
  };
}

/** All that can go wrong at once: old data, a dead agent, an error, lost writes. */
export function troubleScene(): ScreenView {
  const scene = repairScene();
  return {
    ...scene,
    cluster: {
      ...scene.cluster,
      readAtMs: NOW_MS - 7_240,
      trouble: "GET http://127.0.0.1:21098/pd/api/v1/stores: connection refused",
    },
    story: story({
      chapter: 4,
      title: "Something breaks",
      narration: ["In three seconds the process of a store is killed."],
      error: "injecting store_kill: cannot kill tikv2: its process 1204 is not the one recorded",
      keys: [
        ["SPACE", "try again"],
        ["f", "another fault"],
        ["q", "quit"],
      ],
    }),
    workload: workload({ faultAgoSeconds: 20, lost: 3 }),
    agent: {
      ...scene.agent,
      process: { state: "ended", how: "exit 70", willRestart: true },
    },
    monitor: {
      ...scene.monitor,
      lines: Array.from({ length: 500 }, (_, index) => `all invariants hold (${index} looks)`),
      droppedLines: 1_234,
      scrolledBack: 120,
      process: { state: "running", restarts: 1 },
    },
    status: { ...scene.status, ticket: { id: 1, state: "escalated" } },
    focus: "monitor",
  };
}

/** `operator watch`: no story, and no load of ours. */
export function watchScene(): ScreenView {
  return { ...repairScene(), story: undefined, workload: undefined, focus: "agent" };
}

export function withOverlay(overlay: OverlayView): ScreenView {
  return { ...repairScene(), overlay };
}

export function clusterOf(stores: readonly MemberView[]): ClusterView {
  return {
    subject: "tikv",
    provenance: "stand-ins, timers ÷ 10",
    members: [
      placementDriver("pd1", "leader"),
      placementDriver("pd2", "follower"),
      placementDriver("pd3", "follower"),
      ...stores,
    ],
    readAtMs: NOW_MS - 400,
    tables: [],
    staleAfterMs: 5_000,
    trouble: undefined,
  };
}

export function log(title: string, lines: readonly string[], footer?: string): LogView {
  const process = { state: "running", restarts: 0 } as const;
  return { title, lines, droppedLines: 0, scrolledBack: 0, process, footer };
}

export function story(parts: Partial<StoryView>): StoryView {
  return {
    chapter: 1,
    chapters: 8,
    title: "Welcome",
    narration: [],
    activity: undefined,
    error: undefined,
    keys: [
      ["SPACE", "next"],
      ["b", "back"],
      ["?", "help"],
      ["q", "quit"],
    ],
    ...parts,
  };
}

export interface WorkloadMoments {
  readonly faultAgoSeconds: number | undefined;
  readonly repairAgoSeconds?: number;
  readonly lost?: number;
}

/** A rate that dips for five seconds after the fault. */
export function workload({
  faultAgoSeconds,
  repairAgoSeconds,
  lost,
}: WorkloadMoments): WorkloadView {
  const ago = (seconds: number) => NOW_MS - seconds * 1_000;
  const fault =
    faultAgoSeconds === undefined ? [] : [{ kind: "fault" as const, atMs: ago(faultAgoSeconds) }];
  const repair =
    repairAgoSeconds === undefined
      ? []
      : [{ kind: "repair" as const, atMs: ago(repairAgoSeconds) }];
  const seconds = Array.from({ length: 60 }, (_, index): WorkloadSecond => {
    const secondsAgo = 59 - index;
    const since = (faultAgoSeconds ?? -100) - secondsAgo;
    const isDipped = since >= 0 && since < 5;
    return {
      atMs: ago(secondsAgo),
      ops: isDipped ? 20 + since * 30 : 190 + ((index * 7) % 20),
      failures: 0,
      p50Ms: isDipped ? 41.7 : 1.3,
      p99Ms: isDipped ? 636.3 : 8.4,
    };
  });
  return {
    seconds,
    marks: [...fault, ...repair],
    figures: writeFigures(lost),
  };
}

/** As the TiKV subject has them. */
export function writeFigures(lost: number | undefined): readonly WorkloadFigure[] {
  const forms = ["writes acknowledged", "acknowledged", "acked"];
  const words = { unchecked: "loss not checked yet", none: "none lost", some: "LOST" };
  return [
    { figure: { kind: "count", name: "writes_acknowledged", forms }, value: 5_738 },
    { figure: { kind: "harm", name: "writes_lost", label: "lost", forms: [words] }, value: lost },
  ];
}

export function store(name: string, leaders: number, change: number): MemberView {
  return {
    name,
    role: "tikv",
    health: "up",
    detail: "Up",
    isViolated: false,
    figures: [
      { label: "leaders", text: String(leaders), change },
      { label: "regions", text: "36", change: 0 },
      { label: "space", text: "93%", change: 0 },
    ],
  };
}

function downStore(): MemberView {
  const figures = store("tikv2", 0, -12).figures;
  const detail = "no sign of life: connection refused";
  return { name: "tikv2", role: "tikv", health: "down", detail, isViolated: true, figures };
}

function placementDriver(name: string, detail: string): MemberView {
  return { name, role: "pd", health: "up", detail, isViolated: false, figures: [] };
}
