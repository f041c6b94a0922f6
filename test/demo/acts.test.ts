import { expect, test } from "bun:test";
import { isLoadFlowing, isSeenWell, planSoon } from "../../demo/acts.ts";
import { messageOf, OperatorError } from "../../src/domain/errors.ts";

const WELL = "all invariants hold (36 verdicts)";
const VIOLATED = "1 violation(s) detected: store_unreachable of tikv2 (no sign of life)";
const BLIND = "cannot see: 3 of 36 verdicts unknown; store_unreachable of tikv2 (no answer)";
const NOISE = ["Ticket #1 opened -> open", "[Trouble] over", "", "\x1b[2J", '{"type":"workload"'];

test.each([
  { after: "nothing", lines: [], isWell: false },
  { after: "noise alone", lines: NOISE, isWell: false },
  { after: "a good word", lines: [WELL], isWell: true },
  { after: "a good word and noise", lines: [VIOLATED, WELL, ...NOISE], isWell: true },
  { after: "a violation and noise", lines: [WELL, VIOLATED, ...NOISE], isWell: false },
  { after: "a look that saw too little", lines: [WELL, BLIND], isWell: false },
])("what the monitor last said of what it saw counts, after $after", ({ lines, isWell }) => {
  expect(isSeenWell(lines)).toBe(isWell);
});

test("a load flows when a line of its own counts operations", () => {
  const latencies = { p50_ms: null, p99_ms: null };
  const second = { type: "workload", at_ms: 1, failures: 0, ...latencies, counts: { reads: 1 } };
  expect(isLoadFlowing(NOISE)).toBe(false);
  expect(isLoadFlowing([JSON.stringify({ ...second, ops: 0 }), ...NOISE])).toBe(false);
  expect(isLoadFlowing([JSON.stringify({ ...second, ops: 2 }), ...NOISE])).toBe(true);
});

test("a fault is planned again while nobody can be spared, and not for ever", async () => {
  const plan = { fault: "store_kill", targets: ["tikv1"], details: {} };
  const refusal = new OperatorError("subject", "none can be spared");
  const outcomeOf = async (refusals: number, trouble: Error = refusal) => {
    let nowMs = 0;
    const clock = {
      now: () => nowMs,
      elapsed: () => nowMs,
      sleep: async (durationMs: number) => {
        nowMs += durationMs;
      },
    };
    const { signal } = new AbortController();
    let asked = 0;
    const planNow = async () => {
      asked += 1;
      if (asked <= refusals) throw trouble;
      return plan;
    };
    const outcome = await planSoon(planNow, { clock, signal }).catch(messageOf);
    return [outcome, asked];
  };
  expect(await outcomeOf(0)).toEqual([plan, 1]);
  expect(await outcomeOf(3)).toEqual([plan, 4]);
  const [given] = await outcomeOf(1_000);
  expect(given).toBe("none can be spared");
  expect(await outcomeOf(1, new Error("a bug"))).toEqual(["a bug", 1]);
});
