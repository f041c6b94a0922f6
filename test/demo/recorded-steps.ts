// What can happen in a recorded run, as it changes what a live demo knows.
import type { DemoSummary } from "../../demo/events.ts";
import { checkedFigures, takeLoadLine } from "../../demo/live/load.ts";
import { type LiveMemory, tellLine } from "../../demo/live/memory.ts";
import { type StoryInput, stepStory } from "../../demo/story.ts";
import type { ObservedMember } from "../../src/domain/observation.ts";
import { NO_USAGE, type SafetyMode, type Session } from "../../src/domain/session.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import type { Happening } from "./recorded-run.ts";

export const FAULT_AT_MS = 1_795_302_048_450;

export function tells(input: StoryInput): Happening {
  return (memory, nowMs) => {
    if (memory.story) memory.story = stepStory(memory.story, input, nowMs).story;
    if (input.type === "action_done" && input.facts.injectedAtMs !== undefined) {
      memory.record = { ...memory.record, injectedAtMs: FAULT_AT_MS };
    }
  };
}

export function isIn(mode: SafetyMode): Happening {
  return (memory) => {
    memory.mode = mode;
  };
}

export function says(source: "monitor" | "agent", line: string): Happening {
  return (memory) => tellLine(memory, { source, line });
}

export function starts(name: "monitor" | "agent"): Happening {
  return (memory) => {
    memory.processes = { ...memory.processes, [name]: { state: "running", restarts: 0 } };
  };
}

/** The leaders of each store; all members are up but this one. */
export function looks(
  leaders: Readonly<Record<string, number>>,
  down?: { readonly name: string; readonly detail: string },
): Happening {
  const pds = ["follows", "leads", "follows"].map(
    (detail, index): ObservedMember => ({
      name: `pd${index + 1}`,
      role: "pd",
      health: "up",
      detail,
    }),
  );
  const stores = Object.entries(leaders).map(
    ([name, value]): ObservedMember => ({
      name,
      role: "tikv",
      health: name === down?.name ? "down" : "up",
      detail: name === down?.name ? down.detail : "serving",
      figures: [
        { label: "leaders", value, unit: "count" },
        { label: "regions", value: 12, unit: "count" },
        { label: "free", value: 100, unit: "percent" },
      ],
    }),
  );
  return (memory, nowMs) => {
    memory.lookBefore = memory.look;
    const members = [...pds, ...stores];
    memory.look = { subject: "tikv", startedAtMs: nowMs - 9, endedAtMs: nowMs, members };
  };
}

/** One second's line of the load generator. */
export function load(
  figures: readonly [ops: number, failures: number, p50: number, p99: number, writes: number],
): Happening {
  const [ops, failures, p50_ms, p99_ms, writes] = figures;
  return (memory, at_ms) => {
    memory.load ??= { seconds: [], totals: {}, checked: {} };
    const counts = { writes_acknowledged: writes };
    const line = { type: "workload", at_ms, ops, failures, p50_ms, p99_ms, counts };
    takeLoadLine(memory.load, JSON.stringify(line));
  };
}

export function counts(summary: DemoSummary): Happening {
  return (memory) => {
    if (memory.load) memory.load.checked = checkedFigures(summary);
  };
}

interface After {
  readonly afterMs: number;
}

export function files({
  openedAfterMs,
  reason,
}: {
  readonly openedAfterMs: number;
  readonly reason: string;
}): Happening {
  return (memory) => follow(memory, { ...OPENED, reason, openedAtMs: FAULT_AT_MS + openedAfterMs });
}

export function claims({ afterMs }: After): Happening {
  return (memory) => {
    change(memory, { state: "claimed", sessionId: SESSION.id });
    const session = { ...SESSION, startedAtMs: FAULT_AT_MS + afterMs };
    memory.record = { ...memory.record, session };
  };
}

export function acts({ afterMs }: After): Happening {
  return (memory) => {
    const endedAtMs = FAULT_AT_MS + afterMs;
    const step = {
      id: 1,
      sessionId: SESSION.id,
      ticketId: 1,
      kind: "act",
      operation: { action: "start_member", target: "tikv2" },
      targets: ["tikv2"],
      state: "done",
      result: "done",
      startedAtMs: endedAtMs - 150,
      endedAtMs,
      ...{ precondition: null, effects: null, undo: null, approvalId: null, undoes: null },
      hasChanged: true,
    } as const;
    memory.record = { ...memory.record, steps: [step] };
  };
}

export function verifies(): Happening {
  return (memory, nowMs) => change(memory, { state: "verifying", verifyingSinceMs: nowMs });
}

export function escalates({ note }: { readonly note: string }): Happening {
  return (memory) => change(memory, { state: "escalated", note });
}

export function resolves({ afterMs }: After): Happening {
  const resolvedAtMs = FAULT_AT_MS + afterMs;
  const resolution = "verified_fix";
  return (memory) => change(memory, { state: "resolved", resolution, resolvedAtMs });
}

function change(memory: LiveMemory, parts: Partial<Ticket>): void {
  const { followed } = memory.record;
  if (!followed) throw new Error("there is no ticket yet");
  follow(memory, { ...followed, ...parts });
}

function follow(memory: LiveMemory, followed: Ticket): void {
  memory.record = { ...memory.record, tickets: [followed], followed };
}

const OPENED: Ticket = {
  id: 1,
  fingerprint: "tikv/store_unreachable/tikv2",
  subject: "tikv",
  invariant: "store_unreachable",
  entity: "tikv2",
  severity: "critical",
  state: "open",
  resolution: null,
  reason: "",
  evidence: {},
  occurrences: 1,
  settleMs: 2_000,
  isHeld: false,
  attempts: 1,
  violatedSinceMs: FAULT_AT_MS + 593,
  openedAtMs: FAULT_AT_MS,
  lastViolatedAtMs: FAULT_AT_MS + 1_595,
  updatedAtMs: FAULT_AT_MS + 1_595,
  resolvedAtMs: null,
  claimableAtMs: 0,
  lease: null,
  sessionId: null,
  verifyingSinceMs: null,
  note: null,
};

const SESSION: Session = {
  id: "0mwr0hjvw-44554678",
  ticketId: 1,
  purpose: "repair",
  agentId: "agent-1",
  model: "runbook",
  mode: "execute",
  startedAtMs: FAULT_AT_MS,
  endedAtMs: null,
  stopReason: null,
  stopDetail: null,
  conclusion: null,
  turns: 0,
  usage: NO_USAGE,
  changes: 0,
};
