// The whole screen as lines, from what it is to show and how large it is. Pure, and cheap enough to
// be drawn ten times a second: nothing is looked at that cannot be seen.
import { unreachable } from "../domain/errors.ts";
import { type Canvas, drawBox, type PanelContent, roomInside } from "./box.ts";
import { clusterPanel, clusterRowsOf } from "./cluster-panel.ts";
import { fitTo, type Room } from "./fit.ts";
import { layOut, type Place, panelsOf } from "./layout.ts";
import { logPanel } from "./log-panel.ts";
import { drawOver } from "./overlay.ts";
import { statusLine } from "./status-line.ts";
import { storyPanel } from "./story-panel.ts";
import type { Theme } from "./theme.ts";
import { type PanelName, SCREEN_MIN, type ScreenSize, type ScreenView } from "./view.ts";
import { workloadPanel } from "./workload-panel.ts";

/**
 * Exactly as many lines as the screen has rows, each exactly as wide as it has columns. The only
 * control sequences in them are the theme's colours, each ended on its own line.
 */
export function drawScreen(view: ScreenView, size: ScreenSize, theme: Theme): readonly string[] {
  if (size.columns < SCREEN_MIN.columns || size.rows < SCREEN_MIN.rows) return tooSmall(size);
  const columns = placesOf(view, size).map((places) =>
    places.flatMap((place) => drawPlace(view, place, theme)),
  );
  const rows = Array.from({ length: size.rows - 1 }, (_, row) =>
    columns.map((lines) => lines[row] ?? "").join(""),
  );
  const lines = [...rows, statusLine(view.status, { columns: size.columns, theme })];
  return view.overlay ? drawOver(lines, { overlay: view.overlay, size, theme }) : lines;
}

/** The room for a panel's text, for scrolling; undefined while it is not on the screen. */
export function panelRoom(
  view: ScreenView,
  { size, panel }: { readonly size: ScreenSize; readonly panel: PanelName },
): Room | undefined {
  const place = placesOf(view, size)
    .flat()
    .find((candidate) => candidate.panel === panel);
  return place && roomInside(place);
}

function tooSmall(size: ScreenSize): readonly string[] {
  const needed = `${SCREEN_MIN.columns}×${SCREEN_MIN.rows}`;
  const text = `too small: ${size.columns}×${size.rows}, needs ${needed}`;
  return Array.from({ length: size.rows }, (_, row) => fitTo(row === 0 ? text : "", size.columns));
}

function placesOf(view: ScreenView, size: ScreenSize): readonly (readonly Place[])[] {
  return layOut({
    size,
    panels: panelsOf(view),
    clusterRows: clusterRowsOf(view.cluster),
    zoomed: view.isZoomed ? view.focus : undefined,
  });
}

function drawPlace(view: ScreenView, place: Place, theme: Theme): readonly string[] {
  const canvas = { ...roomInside(place), nowMs: view.nowMs, theme };
  const content = contentOf(view, place.panel, canvas);
  return drawBox(content, { ...place, isFocused: view.focus === place.panel, theme });
}

function contentOf(view: ScreenView, panel: PanelName, canvas: Canvas): PanelContent {
  switch (panel) {
    case "cluster":
      return clusterPanel(view.cluster, canvas);
    case "story":
      return view.story ? storyPanel(view.story, canvas) : { title: "Story", lines: [] };
    case "workload":
      return view.workload
        ? workloadPanel(view.workload, canvas)
        : { title: "Workload", lines: [] };
    case "monitor":
      return logPanel(view.monitor, canvas);
    case "agent":
      return logPanel(view.agent, canvas);
    default:
      return unreachable(panel);
  }
}
