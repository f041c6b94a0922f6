// What the cluster's panel tells, and that it never looks better than it is known to be.
import { expect, test } from "bun:test";
import { clusterPanel } from "../../src/panels/cluster-panel.ts";
import type { MemberView } from "../../src/panels/view.ts";
import { canvasOf } from "./easel.ts";
import { clusterOf, NOW_MS, store } from "./scenes.ts";

const VIOLATED: MemberView = {
  ...store("tikv2", 0, -12),
  health: "down",
  detail: "no sign of life",
  isViolated: true,
};

test("members are a table with a heading for each role, and changes have arrows", () => {
  const cluster = clusterOf([store("tikv1", 12, 1), store("tikv2", 9, -1)]);
  expect(linesOf(clusterPanel(cluster, canvasOf(39, 9)))).toEqual([
    "  pd",
    "<good:●> pd1   leader",
    "<good:●> pd2   follower",
    "<good:●> pd3   follower",
    "  tikv  leaders regions space",
    "<good:●> tikv1      12<accent:▲>     36   93%  Up",
    "<good:●> tikv2       9<accent:▼>     36   93%  Up",
  ]);
});

test("a role that is longer than its members' names is whole", () => {
  const limiter = { ...store("n1", 9, 0), role: "limiter" };
  const lines = linesOf(clusterPanel(clusterOf([limiter]), canvasOf(60, 9)));
  expect(lines.slice(4, 5)).toEqual(["  limiter leaders regions space"]);
});

test("a violated member is told by symbol, word and background, and why below", () => {
  const cluster = clusterOf([VIOLATED]);
  const lines = linesOf(clusterPanel(cluster, canvasOf(39, 9)));
  expect(lines.slice(5)).toEqual([
    "<alarm:✗ tikv2       0▼     36   93%  VIOLATED>",
    "<bad:✗ tikv2: no sign of life>",
  ]);
  const wide = linesOf(clusterPanel(cluster, canvasOf(80, 9)));
  expect(wide.slice(5)).toEqual([
    "<alarm:✗ tikv2         0▼       36     93%  VIOLATED no sign of life>",
  ]);
});

test("a member that is up and violated looks like neither well nor down", () => {
  const slow = { ...store("tikv2", 9, 0), detail: "p99 2.1 s", isViolated: true };
  expect(linesOf(clusterPanel(clusterOf([slow]), canvasOf(60, 9)))[5]).toBe(
    "<alarm:! tikv2       9      36   93%  VIOLATED p99 2.1 s>",
  );
});

test("a reading has an age, in whole seconds while it is fresh", () => {
  const cluster = clusterOf([]);
  const age = (ageMs: number) =>
    clusterPanel({ ...cluster, readAtMs: NOW_MS - ageMs }, canvasOf(39, 9)).footNote?.text;
  expect([age(0), age(1_999), age(2_000), age(4_999), age(5_001), age(72_000)]).toEqual([
    "read just now",
    "read just now",
    "read 2 s ago",
    "read 4 s ago",
    "STALE 5.0 s",
    "STALE 1 m 12 s",
  ]);
});

test("after a failed look the last reading is stale at once: nobody is well in it", () => {
  const cluster = { ...clusterOf([VIOLATED]), trouble: "connection refused" };
  const panel = clusterPanel(cluster, canvasOf(39, 6));
  expect(panel.footNote?.text).toBe("STALE 400 ms");
  expect(linesOf(panel)).toEqual([
    "  tikv  leaders regions space",
    "<alarm:✗ tikv2       0▼     36   93%  VIOLATED>",
    "  pd",
    "? pd1   leader",
    "… 2 more rows",
    "<bad:✗ cannot read: connection refused>",
  ]);
});

test("before the first reading it says so", () => {
  const cluster = { ...clusterOf([]), members: [], readAtMs: undefined };
  expect(linesOf(clusterPanel(cluster, canvasOf(39, 6)))).toEqual([
    "waiting for the first reading",
  ]);
  const trouble = clusterPanel({ ...cluster, trouble: "connection refused" }, canvasOf(39, 6));
  expect(trouble.footNote?.text).toBe("NO READING");
  expect(linesOf(trouble)).toEqual(["<bad:✗ cannot read: connection refused>"]);
});

test("figures give way to the word for violated", () => {
  const lines = linesOf(clusterPanel(clusterOf([VIOLATED]), canvasOf(33, 9)));
  expect(lines.slice(4, 6)).toEqual([
    "  tikv  leaders regions",
    "<alarm:✗ tikv2       0▼     36  VIOLATED>",
  ]);
});

function linesOf({ lines }: { readonly lines: readonly string[] }): readonly string[] {
  return lines.map((line) => line.trimEnd());
}
