// What the monitor tells whoever listens, and the lines that a person reads of it.

import type { Verdict } from "../domain/verdict.ts";
import type { VerdictCount } from "./evaluate.ts";

export type MonitorEvent =
  | {
      readonly type: "started";
      readonly atMs: number;
      readonly subject: string;
      readonly intervalMs: number;
    }
  | {
      readonly type: "observation";
      readonly atMs: number;
      readonly durationMs: number;
      readonly count: VerdictCount;
      /** Those that do not hold. */
      readonly verdicts: readonly Verdict[];
    }
  | {
      readonly type: "ticket";
      readonly atMs: number;
      readonly ticketId: number;
      readonly move: "opened" | "verified" | "refused" | "healed" | "lease_expired";
      readonly state: string;
      readonly title: string;
      readonly reason: string;
    }
  /** Something of ours failed: the store, the subject's code. Said once when it begins and ends. */
  | { readonly type: "trouble"; readonly atMs: number; readonly message: string }
  | { readonly type: "recovered"; readonly atMs: number; readonly message: string }
  | { readonly type: "stopped"; readonly atMs: number };

/** The summary of one observation in one line: what makes two observations look alike. */
export function summaryLine(event: Extract<MonitorEvent, { type: "observation" }>): string {
  const { violated, unknown, holds } = event.count;
  if (violated > 0) {
    const what = event.verdicts.filter((verdict) => verdict.state === "violated").map(sayVerdict);
    return `${violated} violation(s) detected: ${what.join("; ")}`;
  }
  if (unknown === 0) return `all invariants hold (${holds} verdicts)`;
  const first = event.verdicts.filter((verdict) => verdict.state === "unknown").slice(0, 1);
  const example = first.map(sayVerdict).join("");
  return `cannot see: ${unknown} of ${unknown + holds} verdicts unknown; ${example}`;
}

/** Lines for people; `lastSummary` is the previous summary, so that only changes are printed. */
export function linesOf(event: MonitorEvent, lastSummary: string | undefined): readonly string[] {
  switch (event.type) {
    case "started":
      return [`Monitor watching ${event.subject} every ${event.intervalMs} ms`];
    case "observation": {
      const summary = summaryLine(event);
      return summary === lastSummary ? [] : [summary];
    }
    case "ticket": {
      const { ticketId, move, state, title, reason } = event;
      return [`Ticket #${ticketId} ${move} -> ${state}: ${title}: ${reason}`];
    }
    case "trouble":
      return [`[Trouble] ${event.message}`];
    case "recovered":
      return [`[Trouble] over: ${event.message}`];
    case "stopped":
      return ["Monitor stopped"];
  }
}

function sayVerdict({ invariant, entity, reason }: Verdict): string {
  return `${invariant} of ${entity} (${reason})`;
}
