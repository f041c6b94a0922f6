// Arbitrary screens whose every text is what no author of a panel thought of.
import fc from "fast-check";
import type { LoadFigure } from "../../src/domain/load.ts";
import type {
  LogView,
  MemberView,
  OverlayView,
  ProcessView,
  ScreenView,
  WorkloadView,
} from "../../src/panels/view.ts";
import { PANEL_NAMES } from "../../src/panels/view.ts";
import { NOW_MS } from "./scenes.ts";

const NASTY = [
  "",
  "語語語語語語語語語語語語",
  "👩‍👩‍👧‍👦👍🏽🇩🇪1️⃣☀️⚡🚀",
  "e\u0301\u0301\u0301\u0301\u0301\u0301 \u0301start",
  "שלום עולם \u202eright to left\u202c العربية",
  "tab\tand\r\nline ends\u2028and\u0085more",
  "\u001b[2J\u001b[31mred\u001b[0m\u001b]0;title\u0007\u009b2J\u0000\u007f",
  "[/x] [bold] %s {0} \\",
  "\ufffd\ud83d lone \udc4d surrogates \ufffd",
  "각각 \u1100\u1161\u11a8 ﷺ क्षि ไทย",
  "\u200b\u00ad\ufeff\u2060invisible\u{e0041}\u{e0042}",
  "two words and_one_very_long_word_that_has_to_be_broken_somewhere_in_the_middle_of_it",
  "x".repeat(1_000_000),
  "語".repeat(100_000),
  "\u0301".repeat(100_000),
];

const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 60 }) },
);
const texts = fc.array(text, { maxLength: 12 });
const count = fc.oneof(fc.nat(1_000_000), fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER));
const moment = fc.integer({ min: NOW_MS - 90_000, max: NOW_MS + 5_000 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const keys = fc.array(fc.tuple(text, text), { maxLength: 12 });

const member: fc.Arbitrary<MemberView> = fc.record({
  name: text,
  role: fc.oneof(text, fc.constantFrom("pd", "tikv")),
  health: fc.constantFrom("up" as const, "down" as const, "unknown" as const),
  detail: text,
  isViolated: fc.boolean(),
  figures: fc.array(fc.record({ label: text, text, change: fc.integer() }), { maxLength: 6 }),
});

const process: fc.Arbitrary<ProcessView> = fc.oneof(
  fc.record({ state: fc.constant("absent" as const) }),
  fc.record({ state: fc.constant("running" as const), restarts: count }),
  fc.record({ state: fc.constant("ended" as const), how: text, willRestart: fc.boolean() }),
);

const log: fc.Arbitrary<LogView> = fc.record({
  title: text,
  lines: fc.oneof(texts, fc.array(text, { minLength: 60, maxLength: 80 })),
  droppedLines: count,
  scrolledBack: count,
  process,
  footer: maybe(text),
});

const latency = maybe(fc.double({ min: 0, max: 1e6, noNaN: true }));

const figure = fc.constantFrom<LoadFigure>(
  { kind: "count", name: "checks", forms: ["checks that were answered", "checks"] },
  {
    kind: "harm",
    name: "lost",
    label: "lost",
    forms: [{ unchecked: "not checked yet", none: "none lost", some: "LOST" }],
  },
);

const workload: fc.Arbitrary<WorkloadView> = fc.record({
  seconds: fc.array(
    fc.record({ atMs: moment, ops: count, failures: count, p50Ms: latency, p99Ms: latency }),
    { maxLength: 90 },
  ),
  marks: fc.array(
    fc.record({ atMs: moment, kind: fc.constantFrom("fault" as const, "repair" as const) }),
    { maxLength: 6 },
  ),
  figures: fc.array(fc.record({ figure, value: maybe(count) }), { maxLength: 4 }),
});

const overlay: fc.Arbitrary<OverlayView> = fc.oneof(
  fc.record({ type: fc.constant("help" as const), keys }),
  fc.record({
    type: fc.constant("choice" as const),
    title: text,
    choices: fc.array(fc.record({ name: text, describes: text }), { maxLength: 40 }),
    chosen: fc.nat(40),
  }),
  fc.record({
    type: fc.constant("approval" as const),
    id: count,
    operation: fc.dictionary(text, fc.oneof(text, texts), { maxKeys: 5 }),
    facts: fc.array(fc.tuple(text, text), { maxLength: 6 }),
    scrolledDown: count,
  }),
);

const table = fc.record({
  title: text,
  columns: texts,
  rows: fc.array(fc.record({ cells: texts, isOff: fc.boolean() }), { maxLength: 30 }),
});

export const hostileView: fc.Arbitrary<ScreenView> = fc.record({
  nowMs: fc.constant(NOW_MS),
  cluster: fc.record({
    subject: text,
    provenance: text,
    members: fc.array(member, { maxLength: 30 }),
    readAtMs: maybe(moment),
    staleAfterMs: fc.constant(5_000),
    trouble: maybe(text),
    tables: fc.array(table, { maxLength: 3 }),
  }),
  story: maybe(
    fc.record({
      chapter: count,
      chapters: count,
      title: text,
      narration: texts,
      activity: maybe(text),
      error: maybe(text),
      keys,
    }),
  ),
  workload: maybe(workload),
  monitor: log,
  agent: log,
  status: fc.record({
    ticket: maybe(fc.record({ id: count, state: text })),
    timeline: fc.array(fc.record({ label: text, atMs: moment }), { maxLength: 20 }),
    mode: text,
    model: text,
  }),
  focus: fc.constantFrom(...PANEL_NAMES),
  isZoomed: fc.boolean(),
  overlay: maybe(overlay),
});
