import { describe, expect, test } from "bun:test";
import type { Ticket } from "../../src/domain/ticket.ts";
import type { Verdict, Violation } from "../../src/domain/verdict.ts";
import {
  decideTicket,
  type TicketDecision,
  type Watch,
  watchTicket,
} from "../../src/monitor/verify.ts";
import { ticketWith, verdictWith } from "../support/verdicts.ts";

type Seen = Verdict["state"] | "absent";

const VERIFYING = ticketWith({ state: "verifying", verifyingSinceMs: 10_000 });
const REGRESSION: Violation = {
  state: "pending",
  fingerprint: "toy/slow/one",
  sinceMs: 11_000,
  verdict: verdictWith({ invariant: "slow", reason: "900 ms" }),
};

/** One observation each second from second 10 on; gives each decision. */
function decisionsOver(
  ticket: Ticket,
  seen: readonly Seen[],
  regressions: readonly Violation[] = [],
): readonly TicketDecision["type"][] {
  let watch: Watch | undefined;
  return seen.map((state, index) => {
    const nowMs = 10_100 + index * 1_000;
    const verdict = state === "absent" ? undefined : verdictWith({ state });
    const sighting = { ticket, verdict, observedFromMs: nowMs - 50, nowMs, wallMs: nowMs };
    watch = watchTicket(watch, sighting);
    return decideTicket({ ...sighting, watch, regressions }).type;
  });
}

function repeat(state: Seen, times: number): readonly Seen[] {
  return Array.from({ length: times }, () => state);
}

test("how long it was seen well is counted while an agent had it, too", () => {
  const claimed = ticketWith({ state: "claimed" });
  const open = ticketWith({ state: "open" });
  const states = [claimed, claimed, claimed, claimed, open, open, open];
  let watch: Watch | undefined;
  const decisions = states.map((ticket, index) => {
    const nowMs = 10_000 + index * 1_000;
    const verdict = verdictWith({ state: index === 1 ? "unknown" : "holds" });
    const sighting = { ticket, verdict, observedFromMs: nowMs - 50, nowMs, wallMs: nowMs };
    watch = watchTicket(watch, sighting);
    return decideTicket({ ...sighting, watch, regressions: [] });
  });
  const reason = "held in 3 consecutive observations over 2.0 s, without a session";
  expect(decisions.at(-1)).toEqual({ type: "heal", reason, wellForMs: 4_000 });
});

describe("a verifying ticket", () => {
  test("is verified after three observations that hold over its settle time", () => {
    expect(decisionsOver(VERIFYING, repeat("holds", 3))).toEqual(["wait", "wait", "verify"]);
  });

  test("waits out its settle time however many observations hold", () => {
    const slow = { ...VERIFYING, settleMs: 4_000 };
    const decisions = decisionsOver(slow, repeat("holds", 5));
    expect(decisions).toEqual(["wait", "wait", "wait", "wait", "verify"]);
  });

  test("needs three observations however short its settle time", () => {
    const quick = { ...VERIFYING, settleMs: 0 };
    expect(decisionsOver(quick, repeat("holds", 3))).toEqual(["wait", "wait", "verify"]);
  });

  test("starts over after an unknown or a missing reading", () => {
    const seen: Seen[] = [
      "holds",
      "holds",
      "unknown",
      "holds",
      "absent",
      "holds",
      "holds",
      "holds",
    ];
    expect(decisionsOver(VERIFYING, seen).lastIndexOf("wait")).toBe(6);
    expect(decisionsOver(VERIFYING, seen).at(-1)).toBe("verify");
  });

  test("is refused at once when it is violated again after it held", () => {
    expect(decisionsOver(VERIFYING, ["holds", "violated"])).toEqual(["wait", "refuse"]);
  });

  test("that never held is given its time, then refused", () => {
    const decisions = decisionsOver(VERIFYING, repeat("violated", 16));
    expect(decisions.indexOf("refuse")).toBe(14);
  });

  test("that cannot be seen is refused when its time is over, never verified", () => {
    const decisions = decisionsOver(VERIFYING, repeat("unknown", 16));
    expect(decisions.indexOf("refuse")).toBe(14);
    expect(decisions).not.toContain("verify");
  });

  test("is not verified while a member that the session touched is worse than before", () => {
    const decisions = decisionsOver(VERIFYING, repeat("holds", 16), [REGRESSION]);
    expect(decisions).not.toContain("verify");
    expect(decisions.indexOf("refuse")).toBe(14);
  });

  test("takes nothing from an observation that began before the session concluded", () => {
    const now = { nowMs: 10_050, wallMs: 10_050 };
    const sighting = { ticket: VERIFYING, verdict: verdictWith({ state: "holds" }), ...now };
    expect(watchTicket(undefined, { ...sighting, observedFromMs: 9_990 }).holds).toBe(0);
    expect(watchTicket(undefined, { ...sighting, observedFromMs: 10_010 }).holds).toBe(1);
  });
});

describe("a ticket without a session", () => {
  test.each(["open", "escalated"] as const)("heals when it is %s and holds", (state) => {
    const decisions = decisionsOver(ticketWith({ state }), repeat("holds", 3));
    expect(decisions).toEqual(["wait", "wait", "heal"]);
  });

  test("stays when it is not seen to hold", () => {
    const open = ticketWith();
    expect(decisionsOver(open, repeat("unknown", 20))).not.toContain("heal");
    expect(decisionsOver(open, repeat("violated", 20))).not.toContain("heal");
  });
});

test("a claimed ticket is its session's: the monitor leaves it", () => {
  const decisions = decisionsOver(ticketWith({ state: "claimed" }), repeat("holds", 20));
  expect(new Set(decisions)).toEqual(new Set(["wait"]));
});

test("a held ticket is not closed, whatever is seen", () => {
  const held = { ...VERIFYING, isHeld: true };
  expect(new Set(decisionsOver(held, repeat("holds", 20)))).toEqual(new Set(["wait"]));
});
