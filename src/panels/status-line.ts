// The last line of the screen: which ticket, how far it is and how long that took; how the agent
// may act and who it is. What matters least goes first when there is no room.
import { firstThatFits, fitTo, printable } from "./fit.ts";
import type { Theme } from "./theme.ts";
import { formatDuration } from "./units.ts";
import type { StatusView } from "./view.ts";

interface StatusStyle {
  readonly columns: number;
  readonly theme: Theme;
}

/** Every step with its time; those between the second and the last without it; or left out. */
type Detail = "all_times" | "key_times" | "ends";

type Step = StatusView["timeline"][number];

const WORD_COLUMNS_MAX = 40;
const STEPS_MAX = 12;
const ARROW = " → ";
const HELP = "? help";

/** Exactly so many columns. */
export function statusLine(view: StatusView, { columns, theme }: StatusStyle): string {
  const ticket = ticketText(view, { name: "ticket ", theme });
  const mode = `mode ${printable(view.mode, WORD_COLUMNS_MAX)}`;
  const model = `model ${printable(view.model, WORD_COLUMNS_MAX)}`;
  const variants: readonly (readonly [Detail, readonly string[]])[] = [
    ["all_times", [mode, model, HELP]],
    ["all_times", [mode, model]],
    ["key_times", [mode, model]],
    ["key_times", [mode]],
    ["ends", [mode]],
    ["ends", []],
  ];
  const lines = variants.map(([detail, words]) => {
    const left = ` ${ticket}${timelineText(view.timeline, { detail, theme })}`;
    return spread(left, { right: theme.faint(words.join(" · ")), columns });
  });
  const numberAndEnds =
    ` ${ticketText(view, { name: "", theme })}` +
    timelineText(view.timeline, { detail: "ends", theme });
  return fitTo(firstThatFits([...lines, numberAndEnds, ` ${ticket}`], columns), columns);
}

function ticketText(
  { ticket, timeline }: StatusView,
  { name, theme }: { readonly name: string; readonly theme: Theme },
): string {
  if (ticket === undefined) return theme.faint(timeline.length > 0 ? "no ticket yet" : "no ticket");
  const how = ticket.resolution === undefined ? "" : `: ${ticket.resolution}`;
  const text = `${name}#${ticket.id} ${printable(ticket.state + how, WORD_COLUMNS_MAX)}`;
  if (ticket.state === "resolved") return theme.good(`✓ ${text}`);
  return ticket.state === "escalated" ? theme.alarm(`✗ ${text}`) : theme.accent(text);
}

/** `  fault → detected +1.9 s → …`: all times count from the first step. */
function timelineText(
  timeline: StatusView["timeline"],
  { detail, theme }: { readonly detail: Detail; readonly theme: Theme },
): string {
  const [first, ...rest] = timeline;
  if (first === undefined) return "";
  const steps = rest.slice(-STEPS_MAX);
  const texts = steps.map((step, index) => {
    const isKey = index === 0 || index === steps.length - 1;
    return isKey || detail === "all_times" ? timedText(step, first, theme) : labelOf(step);
  });
  const isShort = detail === "ends" && texts.length > 3;
  const shown = isShort ? [...texts.slice(0, 1), "…", ...texts.slice(-1)] : texts;
  return `  ${[labelOf(first), ...shown].join(theme.faint(ARROW))}`;
}

function timedText(step: Step, first: Step, theme: Theme): string {
  return `${labelOf(step)} ${theme.strong(`+${formatDuration(step.atMs - first.atMs)}`)}`;
}

function labelOf({ label }: Step): string {
  return printable(label, WORD_COLUMNS_MAX);
}

/** The right text at the right end, two columns at least from the left one. */
function spread(
  left: string,
  { right, columns }: { readonly right: string; readonly columns: number },
): string {
  if (Bun.stringWidth(right) === 0) return left;
  const gap = columns - Bun.stringWidth(left) - Bun.stringWidth(right) - 1;
  return `${left}${" ".repeat(Math.max(2, gap))}${right}`;
}
