// The story of the TiKV demo.
import { formatCount } from "../../src/panels/units.ts";
import type { Chapter, StoryFacts } from "../chapter.ts";
import type { DemoSummary } from "../events.ts";
import {
  agentText,
  detectionText,
  endText,
  faultText,
  memberWord,
  repairer,
  VERIFICATION,
} from "./told.ts";

export const tikvChapters: readonly Chapter[] = [
  {
    title: "Welcome",
    narrate: ({ place, hasAgent }) => [
      `In a minute you will see a database cluster break, and ${repairer(hasAgent)} repair it.`,
      castText(place),
      "A monitor watches, the agent acts; neither believes the other.",
    ],
  },
  {
    title: "Health",
    action: "raise",
    awaits: "healthy",
    narrate: ({ place }) => [
      `Six ${memberWord(place)} start, hold elections and spread their regions' leaders.`,
      "The monitor asks every member once a second and gives three dozen verdicts. What it " +
        "cannot see is unknown, never well.",
    ],
  },
  {
    title: "Load",
    action: "start_load",
    awaits: "load_flows",
    narrate: loadText,
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
    narrate: () => VERIFICATION,
  },
  {
    title: "The end",
    action: "check_ledger",
    narrate: (facts) =>
      endText(facts, {
        checking: facts.place.hasLedger
          ? "Every acknowledged write is looked for again."
          : "The load is stopped.",
        promise: writesText,
      }),
  },
];

function castText({ runtime, isStandIn, timeScale }: StoryFacts["place"]): string {
  const where = runtime === "docker" ? " in containers" : "";
  const members = `Three PD members, three stores${where}`;
  if (!isStandIn) return `${members}: real TiKV.`;
  return `${members}: stand-ins for TiKV that really break, timers ÷ ${timeScale}.`;
}

function loadText({ place }: StoryFacts): readonly string[] {
  if (place.hasLedger) {
    return [
      "A load generator reads and writes, half and half, some keys far more often than others.",
      "Each write that the cluster acknowledges goes into a ledger. At the end every one of them " +
        "is looked for again.",
    ];
  }
  return [
    "go-ycsb reads and writes, half and half, in a container of its own.",
    "It keeps no ledger: nobody will look whether an acknowledged write was lost.",
  ];
}

function writesText({ counts, harms, ledger }: DemoSummary): string {
  const acknowledged = `${formatCount(counts.writes_acknowledged ?? 0)} acknowledged writes`;
  if (ledger === "no_ledger") return `${acknowledged}; no ledger, so none was looked for.`;
  const lost = harms.find(({ name }) => name === "writes_lost")?.count ?? null;
  if (lost === null) return "Whether writes were lost could not be checked.";
  return `${acknowledged}, ${lost} lost.`;
}
