// The last line of the screen: which ticket, how far it is and how long that took; how the agent
// may act and who it is. What matters least goes first when there is no room; state and mode last.
import { firstThatFits, fitTo, printable } from "./fit.ts";
import type { Theme } from "./theme.ts";
import { formatDuration } from "./units.ts";
import type { StatusView } from "./view.ts";

interface StatusStyle {
  readonly columns: number;
  readonly theme: Theme;
}

/**
 * Every step with its time; those between the second and the last without it; or left out; the
 * second one as well; or no step.
 */
type Detail = "all_times" | "key_times" | "ends" | "last" | "none";

type Step = StatusView["timeline"][number];

const WORD_COLUMNS_MAX = 40;
const STEPS_MAX = 12;
const ARROW = " → ";
const HELP = "? help";

/** Exactly so many columns. */
export function statusLine(view: StatusView, { columns, theme }: StatusStyle): string {
  const mode = `mode ${printable(view.mode, WORD_COLUMNS_MAX)}`;
  const name = printable(view.model, WORD_COLUMNS_MAX);
  const ticket = ticketText(view, { name: "ticket ", theme });
  const number = ticketText(view, { name: "", theme });
  const variants: readonly Variant[] = [
    [ticket, "all_times", [mode, `model ${name}`, HELP]],
    [ticket, "all_times", [mode, `model ${name}`]],
    [ticket, "all_times", [mode, name]],
    [ticket, "key_times", [mode, name]],
    [ticket, "all_times", [mode]],
    [ticket, "key_times", [mode]],
    [ticket, "ends", [mode]],
    [ticket, "last", [mode]],
    [number, "last", [mode]],
    [number, "none", [mode]],
    [number, "none", []],
  ];
  const lines = variants.map(([start, detail, words]) => {
    const left = ` ${start}${timelineText(view.timeline, { detail, theme })}`;
    return spread(left, { right: theme.faint(words.join(" · ")), columns });
  });
  return fitTo(firstThatFits(lines, columns), columns);
}

type Variant = readonly [ticket: string, timeline: Detail, right: readonly string[]];

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
  if (first === undefined || detail === "none") return "";
  const steps = rest.slice(-STEPS_MAX);
  const texts = steps.map((step, index) => {
    const isKey = index === 0 || index === steps.length - 1;
    return isKey || detail === "all_times" ? timedText(step, first, theme) : labelOf(step);
  });
  return `  ${[labelOf(first), ...shorten(texts, detail)].join(theme.faint(ARROW))}`;
}

function shorten(texts: readonly string[], detail: Detail): readonly string[] {
  if (detail === "ends" && texts.length > 2) return [...texts.slice(0, 1), "…", ...texts.slice(-1)];
  if (detail === "last" && texts.length > 1) return ["…", ...texts.slice(-1)];
  return texts;
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
