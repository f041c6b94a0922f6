// A change is judged and counted as it is written: so it happens once.
import { expect, test } from "bun:test";
import { countHistory, findExcess, NO_HISTORY } from "../../src/agent/guard/history.ts";
import type { EffectKind } from "../../src/domain/effect.ts";
import type { JournalEntry } from "../../src/domain/session.ts";
import { decisionOn, NOW_MS } from "./questions.ts";
import { worstOf } from "./worst-effect.ts";

const RESIGN = "curl -X POST http://127.0.0.1:2379/pd/api/v1/leader/resign";
const SET = "redis-cli -p 6380 config set timeout 0";

const REPEATED: readonly string[] = [
  `while :; do ${SET}; done`,
  `until false; do sleep 1; ${SET}; done`,
  `while ! ${SET}; do true; done`,
  `for i in 1 2 3; do ${SET}; done`,
  `for i in $(cat /tmp/x); do ${SET}; done`,
  `${SET}; ${SET}`,
  `${SET} && true; sudo ${SET}`,
  `f() { ${SET}; }; f; f`,
  `yes | xargs -n1 sh -c '${SET}'`,
  `find /var/log -exec ${SET} ;`,
  `watch -n1 '${SET}'`,
  `trap '${SET}' EXIT`,
  `sh -c 'while :; do ${SET}; done'`,
  `while :; do ${RESIGN}; done`,
  `${RESIGN} http://127.0.0.1:2379/pd/api/v1/leader/resign`,
  "until operator subject status tikv; do docker start tikv1; done",
];

const ONCE: readonly (readonly [EffectKind, string])[] = [
  ["configure", `${SET} && redis-cli -p 6380 config rewrite`],
  ["start", "for m in pd1 tikv1 tikv2; do operator subject start tikv $m; done"],
  ["start", "for i in 1 2 3; do docker start tikv1 && break; sleep 2; done"],
  ["read", "curl -s http://127.0.0.1:2379/health http://127.0.0.1:2379/version"],
  ["read", 'while read -r line; do echo "$line"; done < /etc/hosts'],
  ["write", 'while read -r line; do echo "$line" >> /tmp/x; done < /etc/hosts'],
];

for (const command of REPEATED) {
  test(`${JSON.stringify(command)} changes again and again`, () => {
    expect(worstOf(command)).toBe("hidden");
  });
}

for (const [kind, command] of ONCE) {
  test(`${JSON.stringify(command)} is ${kind}`, () => {
    expect(worstOf(command)).toBe(kind);
  });
}

const change = (source: string) => ({ kind: "configure", targets: [], source }) as const;
const three = [change("a"), change("b"), change("c"), { ...change("d"), kind: "read" as const }];

test("of a command that changes several things each counts", () => {
  const entry: JournalEntry = {
    ...{ id: 1, ticketId: 1, sessionId: "s", kind: "shell", operation: {}, targets: [] },
    ...{ state: "done", result: null, startedAtMs: NOW_MS, endedAtMs: NOW_MS, effects: three },
    ...{ precondition: null, undo: null, approvalId: null, undoes: null, hasChanged: true },
  };
  const steps = [entry, { ...entry, effects: null }].map((one) => ({
    entry: one,
    isUnderWay: false,
  }));
  const about = { ticketId: 1, nowMs: NOW_MS, isInterruption: () => false };
  expect(countHistory(steps, about).ticket.steps).toBe(4);
});

test("a command that makes more changes than are left is refused", () => {
  const at = (steps: number) => ({ ...NO_HISTORY, ticket: { steps, interruptions: 0 } });
  const decisions = [17, 18].map((steps) => decisionOn({ effects: three, history: at(steps) }));
  expect(decisions.map(({ decision }) => decision)).toEqual(["allow", "deny"]);
  expect(decisions[1]?.reason).toBe(
    "it makes 3 changes, and of 20 steps on this ticket 2 are left; a person must look",
  );
  const radius = { ticket: { steps: 1, interruptions: 1 }, hour: { steps: 9, interruptions: 1 } };
  const next = { history: NO_HISTORY, radius, changes: 1, isInterruption: false };
  expect(findExcess(next)).toBeUndefined();
});
