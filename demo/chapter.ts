// What a chapter is: words to read, perhaps an action that begins when it is reached, perhaps
// something that must really happen before the next one. Data: one file for each subject.
import type { DemoSummary } from "./events.ts";
import type { DemoPlace } from "./place.ts";

/** What the stage is asked to do. Each runs once, and blocks advancing while it runs. */
export type StageAction = "raise" | "start_load" | "strike" | "check_ledger" | "heal";

/** What must be true to go on, seen on the real thing and never by a clock. */
export type Awaited = "healthy" | "load_flows" | "detected" | "concluded" | "ended";

export interface Chapter {
  readonly title: string;
  /** Paragraphs. They may use what has happened so far. */
  narrate(facts: StoryFacts): readonly string[];
  /** Begins by itself when the chapter is reached; `strike` begins after its countdown. */
  readonly action?: StageAction;
  /** With `strike`: a person chooses the fault, and starts a countdown that can be cancelled. */
  readonly isStrike?: true;
  readonly awaits?: Awaited;
  /** Goes on by itself when what it awaits has happened: a person cannot make it happen. */
  readonly isAutomatic?: true;
}

/** What has happened so far; absent until it has. */
export interface StoryFacts {
  readonly subject: string;
  readonly place: Pick<DemoPlace, "runtime" | "isStandIn" | "timeScale" | "hasLedger">;
  readonly model: string;
  readonly hasAgent: boolean;
  readonly fault: { readonly name: string; readonly describes: string };
  /** What was struck, when, as the fault's plan says. */
  readonly targets?: readonly string[];
  readonly injectedAtMs?: number;
  readonly ticketIds?: readonly number[];
  readonly detectedAfterMs?: number;
  readonly endedAfterMs?: number;
  readonly conclusion?: string;
  readonly summary?: DemoSummary;
  /** Things are well again after a person asked for it. */
  readonly isHealed?: boolean;
}
