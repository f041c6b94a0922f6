// What a child says, live: its last lines, or where the reader has scrolled to; and how it is.
import { unreachable } from "../domain/errors.ts";
import type { Canvas, Label, PanelContent } from "./box.ts";
import { wrapTo } from "./fit.ts";
import { type LogRow, scrolledBackWithin, visibleRows } from "./log-window.ts";
import type { Theme } from "./theme.ts";
import { formatCount } from "./units.ts";
import type { LogView, ProcessView } from "./view.ts";

/** `[Tool Call]`, `[Guard]`: who speaks in this line. */
const SPEAKER = /^\[[A-Za-z][^\]]{0,24}\](?= )/;

export function logPanel(view: LogView, canvas: Canvas): PanelContent {
  const { theme } = canvas;
  const rows = visibleRows(view, canvas);
  const scrolledBack = scrolledBackWithin(view, canvas);
  return {
    title: view.title,
    note: noteOf(view.process, { scrolledBack, theme }),
    foot: view.footer === undefined ? undefined : { text: view.footer, paint: theme.plain },
    lines: rows.length > 0 ? rows.map((row) => paintRow(row, theme)) : purposeLines(view, canvas),
  };
}

function purposeLines({ purpose = "" }: LogView, { theme, ...room }: Canvas): readonly string[] {
  return wrapTo(purpose, room).map(theme.faint);
}

function paintRow({ text, isFirst }: LogRow, theme: Theme): string {
  const speaker = isFirst ? SPEAKER.exec(text)?.[0] : undefined;
  if (speaker === undefined) return text;
  return theme.accent(speaker) + text.slice(speaker.length);
}

/** How the process is; and how many newer lines are below a window that is scrolled back. */
function noteOf(
  process: ProcessView,
  { scrolledBack, theme }: { readonly scrolledBack: number; readonly theme: Theme },
): Label {
  const position = scrolledBack === 0 ? "" : `−${formatCount(scrolledBack)} · `;
  const { text, paint } = processLabel(process, theme);
  return { text: position + text, paint };
}

function processLabel(process: ProcessView, theme: Theme): Label {
  switch (process.state) {
    case "absent":
      return { text: "○ not started", paint: theme.faint };
    case "elsewhere":
      if (process.isStale) return { text: "✗ STALE", paint: theme.alarm };
      return { text: "● from the database", paint: theme.faint };
    case "running":
      if (process.restarts === 0) return { text: "● running", paint: theme.good };
      return { text: `● restarted ${process.restarts}×`, paint: theme.bad };
    case "ended":
      return {
        text: `✗ ENDED ${process.how}${process.willRestart ? ", restarts" : ""}`,
        paint: theme.alarm,
      };
    default:
      return unreachable(process);
  }
}
