// What a demo tells its audience, as data; and the plain line, or the JSON object, that it becomes.
import { formatDuration } from "../src/panels/units.ts";

/** How the fault ended: a ticket's resolution, or why there is none. */
export type DemoResolution =
  | "verified_fix"
  | "self_healed"
  | "manual"
  | "escalated"
  | "unresolved"
  | "undetected";

export interface DemoSummary {
  readonly type: "summary";
  readonly subject: string;
  readonly fault: string;
  readonly target: string;
  readonly detected: boolean;
  readonly timeToDetectMs: number | null;
  readonly timeToMitigateMs: number | null;
  readonly resolution: DemoResolution;
  readonly sessionId: string | null;
  readonly writesAcknowledged: number | null;
  /** Null when it could not be checked: that is not the same as none. */
  readonly writesLost: number | null;
  readonly exitCode: number;
}

export type StepName =
  | "start"
  | "cluster_up"
  | "healthy"
  | "fault"
  | "detected"
  | "resolved"
  | "unresolved"
  | "ledger"
  | "cluster_down"
  | "kept";

export type DemoEvent =
  | { readonly type: "step"; readonly step: StepName; readonly text: string }
  | { readonly type: "output"; readonly source: string; readonly line: string }
  | DemoSummary;

/** An event with the milliseconds since launch. */
export type DemoPrinter = (event: DemoEvent, sinceLaunchMs: number) => string;

export const printAsText: DemoPrinter = (event, sinceLaunchMs) => {
  const seconds = `[${(sinceLaunchMs / 1000).toFixed(1).padStart(5)}s]`;
  switch (event.type) {
    case "step":
      return `${seconds} ${event.text}`;
    case "output":
      return `${seconds}   ${event.source.padEnd(7)} | ${event.line}`;
    case "summary":
      return `${seconds} ${summaryText(event)}`;
  }
};

export const printAsJson: DemoPrinter = (event, sinceLaunchMs) => {
  if (event.type === "summary") return JSON.stringify(event);
  return JSON.stringify({ at_s: Math.round(sinceLaunchMs) / 1000, ...event });
};

/** One line: what broke, how it ended, when, and what was lost. */
export function summaryText(summary: DemoSummary): string {
  const { fault, target, resolution, timeToDetectMs, timeToMitigateMs, writesLost } = summary;
  const parts = [
    `${fault} of ${target}: ${resolution.replaceAll("_", " ")}`,
    `detected ${durationText(timeToDetectMs)}`,
    `mitigated ${durationText(timeToMitigateMs)}`,
    `acknowledged writes lost: ${writesLost ?? "not checked"}`,
    `exit ${summary.exitCode}`,
  ];
  return parts.join("; ");
}

function durationText(durationMs: number | null): string {
  return durationMs === null ? "never" : `after ${formatDuration(durationMs)}`;
}
