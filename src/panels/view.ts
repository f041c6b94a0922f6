// What the screen shows, as data. Whoever has a cluster, a story and two children fills these in;
// the panels turn them into lines; nothing here knows where any of it comes from.
import type { JsonObject } from "../domain/json.ts";
import type { LoadFigure } from "../domain/load.ts";

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

export const SCREEN_MIN: ScreenSize = { columns: 80, rows: 24 };

export const PANEL_NAMES = ["cluster", "story", "workload", "monitor", "agent"] as const;
export type PanelName = (typeof PANEL_NAMES)[number];

/** The whole screen at one moment. */
export interface ScreenView {
  readonly nowMs: number;
  readonly cluster: ClusterView;
  /** Absent in `operator watch`: the other panels share its place. */
  readonly story: StoryView | undefined;
  readonly workload: WorkloadView | undefined;
  readonly monitor: LogView;
  readonly agent: LogView;
  readonly status: StatusView;
  readonly focus: PanelName;
  /** Only the focused panel, on the whole screen. */
  readonly isZoomed: boolean;
  /** Shown over everything: the help, a question, a list to choose from. */
  readonly overlay: OverlayView | undefined;
}

export interface ClusterView {
  readonly subject: string;
  /** "stand-ins, timers ÷ 10", or "real members". */
  readonly provenance: string;
  readonly members: readonly MemberView[];
  /** What else the subject shows, in the room that is left. */
  readonly tables: readonly TableView[];
  /** When the reading that is shown was made; undefined before the first. */
  readonly readAtMs: number | undefined;
  /** Older than this it is shown as stale. */
  readonly staleAfterMs: number;
  /** Why the last look failed; shown with the old reading, which is then stale. */
  readonly trouble: string | undefined;
}

export interface TableView {
  /** The heading of the first column, which is a name. */
  readonly title: string;
  /** The heading of each; the others are figures. */
  readonly columns: readonly string[];
  /** The most important first. */
  readonly rows: readonly { readonly cells: readonly string[]; readonly isOff: boolean }[];
}

export interface MemberView {
  readonly name: string;
  readonly role: string;
  readonly health: "up" | "down" | "unknown";
  readonly detail: string;
  readonly isViolated: boolean;
  /** As the subject gives them: leaders, regions, free space. Same labels for one role. */
  readonly figures: readonly FigureView[];
}

export interface FigureView {
  readonly label: string;
  readonly text: string;
  /** Against the reading before: shown as an arrow; 0 for none. */
  readonly change: number;
}

export interface StoryView {
  /** From 1. */
  readonly chapter: number;
  readonly chapters: number;
  readonly title: string;
  readonly narration: readonly string[];
  /** How many rows of it are above the window, when it has more than there is room for. */
  readonly scrolledDown?: number;
  /** What is going on or awaited: "waiting for the ticket", "in 3 s"; undefined when nothing is. */
  readonly activity: string | undefined;
  /** An action's error, in full. */
  readonly error: string | undefined;
  /** What the keys do now: [["SPACE", "next"], ["f", "another fault"]]. */
  readonly keys: readonly (readonly [key: string, does: string])[];
}

export interface LogView {
  readonly title: string;
  /** What it is for: shown until it says something. */
  readonly purpose?: string | undefined;
  /** The whole ring, oldest first; plain text, one entry a line, of any length and content. */
  readonly lines: readonly string[];
  /** Lines that the ring has dropped; they are in the log file. */
  readonly droppedLines: number;
  /** How many of the newest lines are below the window; 0 follows, too many are the top. */
  readonly scrolledBack: number;
  readonly process: ProcessView;
  /** At the panel's foot: tokens and cost so far, say. */
  readonly footer: string | undefined;
}

export type ProcessView =
  | { readonly state: "absent" }
  /** No child of ours: its lines come from the database, and are stale while that fails. */
  | { readonly state: "elsewhere"; readonly isStale: boolean }
  | { readonly state: "running"; readonly restarts: number }
  /** `how` is "exit 1" or "SIGKILL". */
  | { readonly state: "ended"; readonly how: string; readonly willRestart: boolean };

export interface WorkloadView {
  /** One for each second, oldest first; at most the last minute is drawn. */
  readonly seconds: readonly WorkloadSecond[];
  readonly marks: readonly MarkView[];
  /** None before anything was counted. */
  readonly figures: readonly WorkloadFigure[];
}

export interface WorkloadSecond {
  readonly atMs: number;
  readonly ops: number;
  readonly failures: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

export interface WorkloadFigure {
  readonly figure: LoadFigure;
  /** Of harm: undefined until it is checked, or when it cannot be. */
  readonly value: number | undefined;
}

/** A moment on the sparkline. */
export interface MarkView {
  readonly atMs: number;
  readonly kind: "fault" | "repair";
}

export interface StatusView {
  readonly ticket: TicketView | undefined;
  /** What happened so far, in order; the first is where time counts from. */
  readonly timeline: readonly { readonly label: string; readonly atMs: number }[];
  readonly mode: string;
  readonly model: string;
}

export interface TicketView {
  readonly id: number;
  readonly state: string;
  /** How it was resolved. */
  readonly resolution?: string | undefined;
}

export type OverlayView =
  | { readonly type: "help"; readonly keys: readonly (readonly [key: string, does: string])[] }
  | {
      readonly type: "choice";
      readonly title: string;
      readonly choices: readonly { readonly name: string; readonly describes: string }[];
      readonly chosen: number;
    }
  /** The exact operation that waits for a person. */
  | {
      readonly type: "approval";
      readonly id: number;
      readonly operation: JsonObject;
      /** What else a person must know of it, each with its heading; the most important first. */
      readonly facts: readonly (readonly [heading: string, text: string])[];
      /** How many of its rows are above the window, when it has more than there is room for. */
      readonly scrolledDown?: number;
    };
