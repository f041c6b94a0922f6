// Scrolling through a log, as numbers: how many of the newest lines are below the window.
import { unreachable } from "../domain/errors.ts";
import type { Room } from "./fit.ts";
import { scrolledBackMax, scrolledBackWithin, visibleLines } from "./log-window.ts";
import type { LogView } from "./view.ts";

export type ScrollStep = "up" | "down" | "page_up" | "page_down" | "home" | "end";

/** The new `scrolledBack`: 0 follows the newest line. `room` is where the panel draws its text. */
export function scrollLog(
  view: LogView,
  { step, room }: { readonly step: ScrollStep; readonly room: Room },
): number {
  const most = scrolledBackMax(view, room);
  const wanted = scrolledBackWithin(view, room) + stepLines(view, { step, room });
  return Math.min(Math.max(0, wanted), most);
}

/** After new lines: the same text stays in a window that is scrolled back. */
export function keepPlace(scrolledBack: number, linesAdded: number): number {
  return scrolledBack === 0 ? 0 : scrolledBack + linesAdded;
}

/** A page keeps one line of the one before in sight. */
function stepLines(
  view: LogView,
  { step, room }: { readonly step: ScrollStep; readonly room: Room },
): number {
  const page = Math.max(1, visibleLines(view, room) - 1);
  switch (step) {
    case "up":
      return 1;
    case "down":
      return -1;
    case "page_up":
      return page;
    case "page_down":
      return -page;
    case "home":
      return Number.POSITIVE_INFINITY;
    case "end":
      return Number.NEGATIVE_INFINITY;
    default:
      return unreachable(step);
  }
}
