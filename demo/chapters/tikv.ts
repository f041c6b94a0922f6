// The story of the TiKV demo.
import { formatCount, formatDuration } from "../../src/panels/units.ts";
import type { Chapter, StoryFacts } from "../chapter.ts";
import type { DemoResolution, DemoSummary } from "../events.ts";

export const tikvChapters: readonly Chapter[] = [
  {
    title: "Welcome",
    narrate: ({ timeScale }) => [
      "In a minute you will see a database cluster break, and an agent repair it.",
      "Three PD members, three stores: stand-ins for TiKV that really break, timers " +
        `÷ ${timeScale}.`,
      "A monitor watches, the agent acts; neither believes the other.",
    ],
  },
  {
    title: "Health",
    action: "raise",
    awaits: "healthy",
    narrate: () => [
      "Six processes start, hold elections and spread their regions' leaders.",
      "The monitor asks every member once a second and gives three dozen verdicts. What it " +
        "cannot see is unknown, never well.",
    ],
  },
  {
    title: "Load",
    action: "start_load",
    awaits: "load_flows",
    narrate: () => [
      "A load generator reads and writes, half and half, some keys far more often than others.",
      "Each write that the cluster acknowledges goes into a ledger. At the end every one of them " +
        "is looked for again.",
    ],
  },
  {
    title: "Fault",
    action: "strike",
    isStrike: true,
    isAutomatic: true,
    narrate: ({ fault }) => [
      `Now something breaks: ${fault.name}. ${fault.describes}`,
      "Nobody but the agent will repair it.",
    ],
  },
  {
    title: "Detection",
    awaits: "detected",
    isAutomatic: true,
    narrate: ({ targets = [] }) => [
      `The fault has struck ${targets.join(" and ")}, and nobody tells the monitor: ` +
        "it asks every member itself.",
      "When a second look agrees with the first, it opens a ticket.",
    ],
  },
  {
    title: "Diagnosis and repair",
    awaits: "concluded",
    isAutomatic: true,
    narrate: (facts) => [detectionText(facts), agentText(facts)],
  },
  {
    title: "Verification",
    awaits: "ended",
    isAutomatic: true,
    narrate: () => [
      "The agent says that it is done. That proves nothing.",
      "Only the monitor closes a ticket, when the invariant holds in look after look and nothing " +
        "touched got worse. Else the agent hears why.",
    ],
  },
  {
    title: "The end",
    action: "check_ledger",
    narrate: (facts) => endText(facts),
  },
];

const HONESTLY: Readonly<Record<Exclude<DemoResolution, "verified_fix">, string>> = {
  escalated: "it calls for a person",
  undetected: "nobody noticed",
  unresolved: "the ticket is still open",
  self_healed: "it healed by itself",
  manual: "a person closed the ticket",
};

function detectionText({ detectedAfterMs, ticketIds = [] }: StoryFacts): string {
  const tickets = ticketIds.map((id) => `#${id}`).join(", ");
  return `Detected after ${durationText(detectedAfterMs)}: ticket ${tickets}.`;
}

function agentText({ hasAgent, model }: StoryFacts): string {
  if (!hasAgent) return "This is the control run: no agent is here, and nothing should change.";
  const speaker = model === "runbook" ? "The runbook model" : model;
  return `${speaker} looks, thinks and acts, step by step; the guard decides about every step.`;
}

function endText(facts: StoryFacts): readonly string[] {
  const { summary, isHealed } = facts;
  if (!summary) return ["Every acknowledged write is looked for again."];
  const { resolution } = summary;
  const writes = writesText(summary);
  if (resolution === "verified_fix") {
    const after = durationText(facts.endedAfterMs);
    return [`Repaired, and proven so, ${after} after the fault.`, repairText(facts), writes];
  }
  const healed = isHealed ? "It was repaired on your word." : "h repairs it now.";
  const honest = `Not repaired by the agent: ${HONESTLY[resolution]}. ${healed}`;
  return [honest, writes, ...(facts.conclusion ? [facts.conclusion] : [])];
}

function writesText({ counts, harms }: DemoSummary): string {
  const lost = harms.find(({ name }) => name === "writes_lost")?.count ?? null;
  if (lost === null) return "Whether writes were lost could not be checked.";
  return `${formatCount(counts.writes_acknowledged ?? 0)} acknowledged writes, ${lost} lost.`;
}

function repairText({ detectedAfterMs }: StoryFacts): string {
  const noticed = `Noticed after ${durationText(detectedAfterMs)}`;
  return `${noticed}, repaired by the agent, closed by the monitor on its own evidence.`;
}

function durationText(durationMs: number | undefined): string {
  return durationMs === undefined ? "a while" : formatDuration(durationMs);
}
