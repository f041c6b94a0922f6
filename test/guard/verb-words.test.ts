// Options that a program takes anywhere, between its verbs and their words, too: what is asked for
// is the same.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import type { EffectKind } from "../../src/domain/effect.ts";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

/** `_` is a place where cobra takes an option of the whole program. */
const ASKED: readonly (readonly [EffectKind, string])[] = [
  ["destroy", "pd-ctl config _set _max-replicas _1"],
  ["destroy", "pd-ctl config _set _enable-make-up-replica _false"],
  ["destroy", "pd-ctl store _label _1 _engine _tiflash"],
  ["destroy", "pd-ctl store _limit _all _0"],
  ["unknown", "pd-ctl store _weight _1 _0 _0"],
  ["unknown", "pd-ctl scheduler _add _evict-leader-scheduler _1"],
  ["unknown", "pd-ctl scheduler _pause _all _99999"],
  ["configure", "pd-ctl config _set _max-replicas _3"],
  ["configure", "pd-ctl scheduler _remove _evict-leader-scheduler-1"],
];
const OPTIONS = ["-u 127.0.0.1:2379 ", "--pd=127.0.0.1:2379 "];

for (const [kind, form] of ASKED) {
  test(`${form} is ${kind} wherever an option stands`, () => {
    const places = [...form.matchAll(/_/g)].map(({ index }) => index);
    const lines = places.flatMap((place) =>
      OPTIONS.map((option) => `${form.slice(0, place)}${option}${form.slice(place)}`),
    );
    const kinds = lines.map((line) => worstOf(line.replaceAll("_", "")));
    expect(kinds).toEqual(lines.map(() => kind));
  });
}

test("a change of PD's leader counts as one, wherever an option stands", () => {
  const lines = OPTIONS.flatMap((option) => [
    `pd-ctl member ${option}leader resign`,
    `pd-ctl member leader ${option}resign`,
    `pd-ctl ${option}member leader transfer pd1`,
  ]);
  const effects = lines.map((line) => classifyCommand(line, KNOWLEDGE));
  expect(effects.map(([effect]) => effect?.pauses)).toEqual(lines.map(() => true));
});

test("so many copies are asked for, wherever an option stands", () => {
  const [effect] = classifyCommand("pd-ctl config set max-replicas -u localhost:2379 5", KNOWLEDGE);
  expect(effect?.copies).toBe(5);
});
