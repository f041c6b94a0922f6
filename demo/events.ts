// What a demo tells its audience, as data; and the plain line, or the JSON object, that it becomes.
import type { LoadLedger } from "../src/domain/load.ts";
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
  /** What the load counted, by name; null when it could not be read. */
  readonly counts: Readonly<Record<string, number | null>>;
  readonly harms: readonly Harm[];
  /** What the load's ledger came to; null when it said nothing at its end. */
  readonly ledger: LoadLedger["verdict"] | null;
  readonly exitCode: number;
}

/** What the clients suffered, by the ledger of the load. */
export interface Harm {
  /** "writes_lost". */
  readonly name: string;
  readonly label: string;
  /** Null when it could not be checked: that is not the same as none. */
  readonly count: number | null;
  /** Against the fault and its verified end; undefined where the ledger has no times. */
  readonly when: { before: number; during: number; after: number } | undefined;
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
  if (event.type === "summary") return JSON.stringify(flatten(event));
  return JSON.stringify({ at_s: Math.round(sinceLaunchMs) / 1000, ...event });
};

/** Each figure under a name of its own: `writesLost`, and `writesLostWhen` where that is known. */
function flatten({ counts, harms, exitCode, ...summary }: DemoSummary) {
  const figures = Object.entries(counts).map(([name, count]) => [camelCase(name), count]);
  const suffered = harms.flatMap(({ name, count, when }) => [
    [camelCase(name), count],
    ...(when ? [[`${camelCase(name)}When`, when]] : []),
  ]);
  return { ...summary, ...Object.fromEntries([...figures, ...suffered]), exitCode };
}

function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** One line: what broke, how it ended, when, and what clients suffered. */
export function summaryText(summary: DemoSummary): string {
  const { fault, target, resolution, timeToDetectMs, timeToMitigateMs, harms } = summary;
  const parts = [
    `${fault} of ${target}: ${resolution.replaceAll("_", " ")}`,
    `detected ${durationText(timeToDetectMs)}`,
    `mitigated ${durationText(timeToMitigateMs)}`,
    ...harms.map(harmText),
    ...(summary.ledger === "no_ledger" ? ["the load keeps no ledger"] : []),
    `exit ${summary.exitCode}`,
  ];
  return parts.join("; ");
}

export function harmText({ label, count, when }: Harm): string {
  const split =
    when && count ? ` (${when.before} before, ${when.during} during, ${when.after} after)` : "";
  return `${label}: ${count ?? "not checked"}${split}`;
}

function durationText(durationMs: number | null): string {
  return durationMs === null ? "never" : `after ${formatDuration(durationMs)}`;
}
