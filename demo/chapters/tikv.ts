// The story of the TiKV demo.
import { formatCount, formatDuration } from "../../src/panels/units.ts";
import type { Chapter, StoryFacts } from "../chapter.ts";

export const tikvChapters: readonly Chapter[] = [
  {
    title: "Welcome",
    narrate: ({ timeScale }) => [
      "In a minute you will see a database cluster break, and an agent repair it.",
      "Three PD members keep the map, three TiKV stores keep the data, every key three times. " +
        "They are stand-ins of ours, real processes on this machine, with their long timers " +
        `divided by ${timeScale}. They are not TiKV; what breaks in them really breaks.`,
      "The monitor only watches. The agent only acts on tickets. Neither believes the other.",
    ],
  },
  {
    title: "Health",
    action: "raise",
    awaits: "healthy",
    narrate: () => [
      "The cluster starts: six processes, elections, region leaders spread over the stores.",
      "The monitor asks every member itself, once a second, and judges three dozen invariants. " +
        "What it cannot see it calls unknown, never well.",
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
      "Nobody but the agent will repair it. f chooses another fault.",
    ],
  },
  {
    title: "Detection",
    awaits: "detected",
    isAutomatic: true,
    narrate: ({ targets = [] }) => [
      `${targets.join(" and ")}: broken. PD itself needs 20 seconds to notice a silent store.`,
      "The monitor waits for a second look that agrees with the first: then it opens a ticket.",
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
      "Only the monitor closes a ticket: when the invariant holds in consecutive looks, and " +
        "nothing that was touched got worse. Otherwise the reason goes back to the agent.",
    ],
  },
  {
    title: "The end",
    action: "check_ledger",
    narrate: (facts) => endText(facts),
  },
];

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
  const { writesAcknowledged, writesLost, resolution } = summary;
  const writes =
    writesLost === null
      ? "Whether writes were lost could not be checked."
      : `${formatCount(writesAcknowledged ?? 0)} acknowledged writes, ${writesLost} lost.`;
  if (resolution === "verified_fix") {
    const after = durationText(facts.endedAfterMs);
    return [`Repaired, and proven so, ${after} after the fault.`, writes, "r plays it again."];
  }
  const honest = `Not repaired by the agent: ${resolution.replaceAll("_", " ")}.`;
  const healed = isHealed ? "It was repaired on your word." : "h repairs it now.";
  return [honest, ...(facts.conclusion ? [facts.conclusion] : []), writes, healed];
}

function durationText(durationMs: number | undefined): string {
  return durationMs === undefined ? "a while" : formatDuration(durationMs);
}
