// What a live demo, or a watch, knows at one moment. The runner changes it; the view is made of it.
import type { LoadFigure } from "../../src/domain/load.ts";
import type { Observation } from "../../src/domain/observation.ts";
import type { Approval, JournalEntry, Session } from "../../src/domain/session.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import type { Ring } from "../../src/panels/ring.ts";
import { keepPlace } from "../../src/panels/scroll.ts";
import type {
  MarkView,
  PanelName,
  ProcessView,
  ScreenView,
  WorkloadSecond,
} from "../../src/panels/view.ts";
import type { Story } from "../story.ts";

export interface LiveMemory {
  readonly subject: string;
  /** What its loads count. */
  readonly figures: readonly LoadFigure[];
  provenance: string;
  mode: string;
  model: string;
  /** Absent in a watch. */
  story: Story | undefined;
  /** The last good look, and the one before it with other figures. */
  look: Observation | undefined;
  lookBefore: Observation | undefined;
  lookTrouble: string | undefined;
  readonly rings: { readonly monitor: Ring; readonly agent: Ring };
  processes: Readonly<Record<"monitor" | "agent", ProcessView>>;
  /** Undefined where there is no load of ours. */
  load: LoadMemory | undefined;
  record: TicketRecord;
  desk: Desk;
  /** The approval in the last frame that was drawn. */
  drawnApproval: number | undefined;
  /** Before it is played again. */
  isLeaving: boolean;
}

export interface LoadMemory {
  readonly seconds: WorkloadSecond[];
  /** What the seconds counted, by the names of the subject's figures. */
  readonly totals: Record<string, number>;
  /** What the ledger says at the end; empty until then. */
  checked: Readonly<Record<string, number>>;
}

/** What the database says of the tickets that matter now. */
export interface TicketRecord {
  readonly tickets: readonly Ticket[];
  /** Those that the fault was to cause, as far as they are open by now, the oldest first. */
  readonly expected: readonly Ticket[];
  /** The ticket that the status line follows, with its newest session and that one's steps. */
  readonly followed: Ticket | undefined;
  readonly session: Session | undefined;
  readonly steps: readonly JournalEntry[];
  readonly approval: Approval | undefined;
  readonly injectedAtMs: number | undefined;
}

/** How the person who looks has arranged it. */
export interface Desk {
  readonly focus: PanelName;
  readonly isZoomed: boolean;
  readonly scrolledBack: { readonly monitor: number; readonly agent: number };
  readonly overlay: "help" | "faults" | undefined;
  /** In the list of faults. */
  readonly chosen: number;
  /** Of the approval with this id alone: another one is shown from its start. */
  readonly approval: ApprovalDesk | undefined;
  /** How many rows of the narration are above its window. */
  readonly storyScroll: number;
}

export interface ApprovalDesk {
  readonly id: number;
  readonly scrolledDown: number;
  /** Not shown for now, and not to be answered. */
  readonly isAside: boolean;
}

export function createMemory(
  fixed: Pick<
    LiveMemory,
    "subject" | "figures" | "provenance" | "mode" | "model" | "story" | "rings"
  > & {
    readonly chosen: number;
  },
): LiveMemory {
  const { chosen, ...rest } = fixed;
  return {
    ...rest,
    look: undefined,
    lookBefore: undefined,
    lookTrouble: undefined,
    processes: { monitor: { state: "absent" }, agent: { state: "absent" } },
    load: undefined,
    record: NO_RECORD,
    isLeaving: false,
    drawnApproval: undefined,
    desk: {
      focus: "story",
      isZoomed: false,
      scrolledBack: { monitor: 0, agent: 0 },
      overlay: undefined,
      chosen,
      approval: undefined,
      storyScroll: 0,
    },
  };
}

export const NO_RECORD: TicketRecord = {
  tickets: [],
  expected: [],
  followed: undefined,
  session: undefined,
  steps: [],
  approval: undefined,
  injectedAtMs: undefined,
};

/** What is drawn can be answered. Gives the view. */
export function noteDrawn(memory: LiveMemory, view: ScreenView): ScreenView {
  const { overlay } = view;
  memory.drawnApproval = overlay?.type === "approval" ? overlay.id : undefined;
  return view;
}

/** A line into a panel; a window that is scrolled back stays where it is. */
export function tellLine(
  memory: LiveMemory,
  { source, line }: { readonly source: "monitor" | "agent"; readonly line: string },
): void {
  memory.rings[source].push(line);
  const { scrolledBack } = memory.desk;
  const kept = keepPlace(scrolledBack[source], 1);
  // A hundred thousand lines may come in a second.
  if (kept === scrolledBack[source]) return;
  memory.desk = { ...memory.desk, scrolledBack: { ...scrolledBack, [source]: kept } };
}

/** The fault, and the resolution of the followed ticket, on the sparkline. */
export function marksOf({ injectedAtMs, followed }: TicketRecord): readonly MarkView[] {
  const fault: readonly MarkView[] =
    injectedAtMs === undefined ? [] : [{ atMs: injectedAtMs, kind: "fault" }];
  const repairedAtMs = followed?.resolvedAtMs;
  return repairedAtMs ? [...fault, { atMs: repairedAtMs, kind: "repair" }] : fault;
}
