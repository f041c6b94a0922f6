// What the stories of all subjects tell in the same words.
import { formatDuration } from "../../src/panels/units.ts";
import type { StoryFacts } from "../chapter.ts";
import type { DemoResolution, DemoSummary } from "../events.ts";

/** What a subject says of its own ledger. */
export interface LedgerWords {
  /** While it is checked. */
  readonly checking: string;
  promise(summary: DemoSummary): string;
}

const HONESTLY: Readonly<Record<Exclude<DemoResolution, "verified_fix" | "self_healed">, string>> =
  {
    escalated: "it calls for a person",
    undetected: "nobody noticed",
    unresolved: "the ticket is still open",
    manual: "a person closed the ticket",
  };

/** Who is to repair it: in the control run nobody is there. */
export function repairer(hasAgent: boolean): string {
  return hasAgent ? "an agent" : "nobody";
}

/** What members are where they run, in the plural. */
export function memberWord({ runtime }: StoryFacts["place"]): string {
  return runtime === "docker" ? "containers" : "processes";
}

export function detectionText({ detectedAfterMs, ticketIds = [] }: StoryFacts): string {
  const word = ticketIds.length === 1 ? "ticket" : "tickets";
  const named = ticketIds.map((id) => `#${id}`).join(", ");
  return `Detected after ${durationText(detectedAfterMs)}: ${word} ${named}.`;
}

export function agentText({ hasAgent, model }: StoryFacts): string {
  if (!hasAgent) return "This is the control run: no agent is here, and nothing should change.";
  const speaker = model === "runbook" ? "The runbook model" : model;
  return `${speaker} looks, thinks and acts, step by step; the guard decides about every step.`;
}

export function faultText({ fault, hasAgent }: StoryFacts): readonly string[] {
  const strikes = `Now something breaks: ${fault.name}. ${fault.describes}`;
  return [strikes, `${hasAgent ? "Nobody but the agent" : "Nobody"} will repair it.`];
}

export const VERIFICATION: readonly string[] = [
  "The agent says that it is done. That proves nothing.",
  "Only the monitor closes a ticket, when the invariant holds in look after look and nothing " +
    "touched got worse. Else the agent hears why.",
];

/** Whoever it was: an agent that was lost on the way, one that worked on another ticket, nobody. */
const UNPROVEN = "The monitor saw that it holds, and closed the ticket. Nobody gets the credit.";

export function endText(facts: StoryFacts, words: LedgerWords): readonly string[] {
  const { summary, isHealed, hasAgent } = facts;
  if (!summary) return [words.checking];
  const { resolution } = summary;
  const promise = words.promise(summary);
  if (resolution === "verified_fix") {
    const after = durationText(facts.endedAfterMs);
    return [`Repaired, and proven so, ${after} after the fault.`, repairText(facts), promise];
  }
  if (resolution === "self_healed") {
    const after = durationText(facts.endedAfterMs);
    return [
      `Well again ${after} after the fault, but by no repair of this ticket.`,
      UNPROVEN,
      promise,
    ];
  }
  const healed = isHealed ? "It was repaired on your word." : "h repairs it now.";
  const absence = hasAgent ? "by the agent" : "without an agent";
  const honest = `Not repaired ${absence}: ${HONESTLY[resolution]}. ${healed}`;
  // What follows its first line is evidence: the audit has it.
  const said = facts.conclusion?.split("\n", 1) ?? [];
  return [honest, promise, ...said];
}

function repairText({ detectedAfterMs }: StoryFacts): string {
  const noticed = `Noticed after ${durationText(detectedAfterMs)}`;
  return `${noticed}, repaired by the agent, closed by the monitor on its own evidence.`;
}

function durationText(durationMs: number | undefined): string {
  return durationMs === undefined ? "a while" : formatDuration(durationMs);
}
