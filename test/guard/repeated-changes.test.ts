// A change is judged and counted as it is written, by how things stand: so it happens now and once.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { countHistory, findExcess, NO_HISTORY } from "../../src/agent/guard/history.ts";
import { effectOfAction } from "../../src/domain/action.ts";
import type { Effect, EffectKind } from "../../src/domain/effect.ts";
import type { JournalEntry } from "../../src/domain/session.ts";
import { transferPdLeader } from "../../subjects/tikv/actions/pd-leader.ts";
import { clusterOf, decisionOn, NOW_MS } from "./questions.ts";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

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
  "for m in pd1 tikv1 tikv2; do operator subject start tikv $m; done",
  "for i in 1 2 3; do docker start tikv1 && break; done",
  `watch -n1 '${SET}'`,
  `trap '${SET}' EXIT`,
  `sh -c 'while :; do ${SET}; done'`,
  `while :; do ${RESIGN}; done`,
  `${RESIGN} http://127.0.0.1:2379/pd/api/v1/leader/resign`,
  "until operator subject status tikv; do docker start tikv1; done",
  `${SET.replace("redis-cli", "redis-cli -r 5 -i 10")}`,
  `${RESIGN} --retry 5 --retry-delay 9`,
];

const LATER: readonly string[] = [
  `sleep 50; ${SET}`,
  `x=50; sleep $x && ${SET}`,
  `nohup sleep 50; ${SET}`,
  `sh -c 'sleep 50; ${SET}'`,
  `sleep 50 | { read -r x; ${SET}; }`,
  `for i in 1 2; do redis-cli -p 6380 config set timeout $i; sleep 50; done`,
  `until operator subject status tikv; do :; done; ${SET}`,
  `docker logs --tail 5 -f tikv1; ${SET}`,
  `docker exec tikv1 tail -f /data/x; ${SET}`,
  `curl -s --limit-rate 1 http://127.0.0.1:2379/health; ${SET}`,
  `echo x | awk '{ while (1) n++ }'; ${SET}`,
  `redis-cli -p 6380 --latency; ${SET}`,
  `echo x | grep -E '(x{500}){500}'; ${SET}`,
  `seq 0 .0001 99999; ${SET}`,
  `redis-cli -p 6380 --bigkeys; ${SET}`,
  `operator audit verify; ${SET}`,
  `journalctl -u tikv1; ${SET}`,
  `${SET} &`,
  `${SET} | ${RESIGN}`,
  "operator subject start tikv tikv1 | operator subject stop tikv tikv1",
  "operator subject stop tikv tikv1 2>&1 | operator subject start tikv tikv1",
];

const ONCE: readonly (readonly [EffectKind, string])[] = [
  ["configure", `${SET} && redis-cli -p 6380 client unpause`],
  ["configure", `redis-cli -p 6380 config get timeout; docker logs --tail 5 tikv1; ${SET}`],
  ["configure", `docker exec tikv1 redis-cli config get timeout && ${SET} | tail -5; sleep 50`],
  ["start", "sleep 50; docker start tikv1 &"],
  ["read", "curl -s http://127.0.0.1:2379/health http://127.0.0.1:2379/version"],
  ["read", 'while read -r line; do echo "$line"; done < /etc/hosts'],
  ["write", 'while read -r line; do echo "$line" >> /tmp/x; done < /etc/hosts'],
];

for (const command of REPEATED) {
  test(`${JSON.stringify(command)} changes again and again`, () => {
    expect(worstOf(command)).toBe("hidden");
  });
}

for (const command of LATER) {
  test(`${JSON.stringify(command)} changes at another moment than it was judged by`, () => {
    expect(worstOf(command)).toBe("hidden");
  });
}

for (const [kind, command] of ONCE) {
  test(`${JSON.stringify(command)} is ${kind}`, () => {
    expect(worstOf(command)).toBe(kind);
  });
}

const change = (source: string) => ({ kind: "configure", targets: [], source }) as const;

function stepOf(effects: readonly Effect[] | null): JournalEntry {
  return {
    ...{ id: 1, ticketId: 1, sessionId: "s", kind: "shell", operation: {}, targets: [] },
    ...{ state: "done", result: null, startedAtMs: NOW_MS, endedAtMs: NOW_MS, effects },
    ...{ precondition: null, undo: null, approvalId: null, undoes: null, hasChanged: true },
  };
}
const PAUSES: readonly string[] = [
  RESIGN,
  "curl -XPOST 127.0.0.1:2379/pd/api/v1/%6ceader/transfer/pd2",
  "pd-ctl -u http://127.0.0.1:2379 member leader transfer pd2",
  "pd-ctl member leader resign",
];

test("while PD changes its leader nobody is served: it counts as an interruption", () => {
  const found = PAUSES.flatMap((command) => classifyCommand(command, KNOWLEDGE));
  const tools = { pdUrls: () => [], runtime: undefined, latest: () => undefined };
  const call = { target: "pd2", args: {} };
  const effects = [...found, effectOfAction(transferPdLeader(tools), call)];
  expect(effects.map(({ kind, pauses }) => [kind, pauses])).toEqual(
    effects.map(() => ["configure", true]),
  );
  const steps = effects.map((effect) => ({ entry: stepOf([effect]), isUnderWay: false }));
  const about = { ticketId: 1, nowMs: NOW_MS, isInterruption: () => false };
  const history = countHistory(steps, about);
  expect(history.ticket).toEqual({ steps: 5, interruptions: 5 });
  const cluster = clusterOf({ pd1: "up", pd2: "up" });
  const decide = (effect: Effect) => decisionOn({ effects: [effect], cluster, history });
  expect(decide(change("redis-cli config set timeout 0")).decision).toBe("allow");
  expect(effects.map((effect) => decide(effect).reason)).toEqual(
    effects.map(() => "5 of 5 interruptions on this ticket are used up; a person must look"),
  );
});

const three = [change("a"), change("b"), change("c"), { ...change("d"), kind: "read" as const }];

test("of a command that changes several things each counts", () => {
  const steps = [three, null].map((effects) => ({ entry: stepOf(effects), isUnderWay: false }));
  const about = { ticketId: 1, nowMs: NOW_MS, isInterruption: () => false };
  expect(countHistory(steps, about).ticket.steps).toBe(4);
});

test("of an interruption that strikes several each counts, whoever is down apart", () => {
  const effects = [{ kind: "interrupt", targets: ["pd1", "kv1"], source: "restart" }] as const;
  const step = { entry: stepOf(effects), isUnderWay: false };
  const about = { ticketId: 1, nowMs: NOW_MS, isInterruption: () => true };
  expect(countHistory([step], about).ticket.interruptions).toBe(2);
  const at = (interruptions: number) => ({ ...NO_HISTORY, ticket: { steps: 5, interruptions } });
  const decide = (interruptions: number, pd1: "up" | "down") => {
    const all = { pd1, pd2: "up", pd3: "up", kv1: "up", kv2: "up", kv3: "up" } as const;
    return decisionOn({ effects, cluster: clusterOf(all), history: at(interruptions) }).decision;
  };
  expect([decide(3, "up"), decide(4, "up"), decide(4, "down")]).toEqual(["allow", "deny", "allow"]);
});

test("a line with more interruptions than are left is refused", () => {
  const line = `${RESIGN} && pd-ctl member leader transfer pd2`;
  const effects = classifyCommand(line, KNOWLEDGE);
  const at = (interruptions: number) => ({ ...NO_HISTORY, ticket: { steps: 5, interruptions } });
  const decisions = [3, 4].map((done) => decisionOn({ effects, history: at(done) }));
  expect(decisions.map(({ decision }) => decision)).toEqual(["allow", "deny"]);
});

test("a command that makes more changes than are left is refused", () => {
  const at = (steps: number) => ({ ...NO_HISTORY, ticket: { steps, interruptions: 0 } });
  const decisions = [17, 18].map((steps) => decisionOn({ effects: three, history: at(steps) }));
  expect(decisions.map(({ decision }) => decision)).toEqual(["allow", "deny"]);
  expect(decisions[1]?.reason).toBe(
    "it takes 3, and of 20 steps on this ticket 2 are left; a person must look",
  );
  const radius = { ticket: { steps: 1, interruptions: 1 }, hour: { steps: 9, interruptions: 1 } };
  const next = { history: NO_HISTORY, radius, effects: [], changes: 1, interruptions: 0 };
  expect(findExcess(next)).toBeUndefined();
});
