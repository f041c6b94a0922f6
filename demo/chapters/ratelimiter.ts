// The story of the rate limiter's demo.
import { formatCount } from "../../src/panels/units.ts";
import type { Chapter } from "../chapter.ts";
import type { DemoSummary } from "../events.ts";
import { agentText, detectionText, endText, faultText, repairer, VERIFICATION } from "./told.ts";

export const limiterChapters: readonly Chapter[] = [
  {
    title: "Welcome",
    narrate: ({ place, hasAgent }) => [
      "In a minute you will see a rate limiter break its promise, and " +
        `${repairer(hasAgent)} repair it.`,
      "Three nodes answer may-I-call; one Redis counts for all of them, " +
        (place.runtime === "docker" ? "each a container." : "on a port of its own."),
      "A monitor watches, the agent acts; neither believes the other.",
    ],
  },
  {
    title: "Health",
    action: "raise",
    awaits: "healthy",
    narrate: ({ place }) => [
      place.runtime === "docker"
        ? "Containers start: Redis, a proxy, a job runner and three nodes."
        : "Redis, a proxy, a job runner and three nodes start.",
      "Each second the monitor asks all of them, and Redis. Its canary asks for permission " +
        "where it knows what the answer must be.",
    ],
  },
  {
    title: "Load",
    action: "start_load",
    awaits: "load_flows",
    narrate: () => [
      "Tenants call: a steady one, one in bursts, a hot one, one that never stops asking.",
      "A ledger of what each was allowed, and when, is kept apart from the limiter. Whether a " +
        "limit was exceeded is computed from that.",
    ],
  },
  {
    title: "Fault",
    action: "strike",
    isStrike: true,
    isAutomatic: true,
    narrate: faultText,
  },
  {
    title: "Detection",
    awaits: "detected",
    isAutomatic: true,
    narrate: ({ targets = [] }) => [
      `The fault has struck ${targets.join(" and ")}, and nobody tells the monitor: it compares ` +
        "what nodes remember, what Redis counts and what was declared.",
      "When the looks agree, it opens a ticket.",
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
    narrate: () => VERIFICATION,
  },
  {
    title: "The end",
    action: "check_ledger",
    narrate: (facts) =>
      endText(facts, { checking: "Each answer is held against the limits.", promise: limitsText }),
  },
];

function limitsText({ counts, harms }: DemoSummary): string {
  const answers = (counts.allowed ?? 0) + (counts.denied ?? 0);
  const kept = harms.map(({ label, count }) => `${label}: ${count ?? "not known"}`).join("; ");
  return `Of ${formatCount(answers)} answers: ${kept}.`;
}
