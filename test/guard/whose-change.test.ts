// Whom a change means that names nobody: whose port is asked, any member, or none; and that nobody
// who is at work on one of them is disturbed by it.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { findHarm } from "../../src/agent/guard/harm.ts";
import { type CommandKnowledge, placesOf } from "../../src/agent/guard/scope.ts";
import { effectOfAction } from "../../src/domain/action.ts";
import type { Effect } from "../../src/domain/effect.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { ratelimiter } from "../../subjects/ratelimiter/definition.ts";
import { tikv } from "../../subjects/tikv/definition.ts";
import { clusterOf, decisionOn, NOW_MS } from "./questions.ts";
import { KNOWLEDGE } from "./worst-effect.ts";

const PLACES = {
  pd1: { client: 2379 },
  tikv1: { client: 20160, status: 20180 },
  redis: { client: 6380 },
  proxy: { control: 7400 },
  node1: { client: 7001, manage: 7002 },
};

const MEMBERS = Object.entries(PLACES).map(([name, ports]) => ({ name, ports }));

const HERE: CommandKnowledge = {
  ...KNOWLEDGE,
  ...placesOf({
    ...{ subject: "tikv", timeScale: 1, endpoints: [] },
    members: MEMBERS.map((member) => ({ ...member, role: "", isStandIn: true, settings: {} })),
  }),
  members: Object.keys(PLACES),
  project: "operator-tikv",
};

const API = "http://127.0.0.1:2379/pd/api/v1";
const PUT = "curl -X PUT -H 'content-type: application/json'";

const MEANT: readonly (readonly [whom: string, line: string])[] = [
  ["redis", "redis-cli -p 6380 config set maxmemory-policy noeviction"],
  ["redis", "redis-cli -h localhost -p 6380 function kill"],
  ["redis", "redis-cli -u redis://127.0.0.1:6380 client kill id 3"],
  ["redis", "redis-cli -p 6380 script kill"],
  ["redis", "docker exec operator-tikv-redis-1 redis-cli script kill"],
  ["node1", `${PUT} -d '{"fail_open":false}' http://127.0.0.1:7002/api/settings`],
  ["tikv1", `curl -X POST -d '{"log.level":"debug"}' http://127.0.0.1:20180/config`],
  ["tikv1", "curl -X PUT http://localhost:20180/resume_grpc"],
  ["tikv1", "tikv-ctl --host 127.0.0.1:20160 modify-tikv-config -n log.level -v info"],
  ["pd1", `curl -X POST -d '"info"' ${API}/admin/log`],
  ["pd1, any", `curl -X POST ${API}/leader/transfer/pd1`],
  ["proxy, any", "redis-cli -p 7400 config set maxmemory-policy noeviction"],
  ["redis, node1", "docker exec operator-tikv-node1-1 redis-cli -h redis script kill"],
  ["redis, node1", "docker exec operator-tikv-node1-1 redis-cli -u redis://redis script kill"],
  ["proxy, node1, any", "docker exec operator-tikv-node1-1 redis-cli -h proxy script kill"],
  [
    "pd1, tikv1",
    "docker exec operator-tikv-pd1-1 /tikv-ctl --host tikv1:20160 modify-tikv-config " +
      "-n log.level -v info",
  ],
  ["pd1, any", "docker exec operator-tikv-pd1-1 /pd-ctl member leader resign"],
  ["tikv1, node1", "docker exec operator-tikv-node1-1 iptables -D OUTPUT -d tikv1 -j DROP"],
  ["tikv1", "iptables -D INPUT -p tcp --dport 20160 -j DROP"],
  ["any", `curl -X DELETE ${API}/schedulers/evict-leader-scheduler-1`],
  ["any", `curl -X POST '${API}/store/1/state?state=Up'`],
  ["any", `curl -X POST -d '{"leader":1,"region":1}' ${API}/store/1/weight`],
  ["any", `curl -X POST ${API}/leader/resign`],
  ["any", "curl -X DELETE http://127.0.0.1:7001/api/limits/acme"],
  ["any", "pd-ctl -u http://127.0.0.1:2379 scheduler remove evict-leader-scheduler-1"],
  ["any", "pd-ctl -u http://127.0.0.1:2379 member leader resign"],
  ["any", "tikv-ctl --pd 127.0.0.1:2379 modify-tikv-config -n log.level -v info"],
  ["any", "tc qdisc del dev lo root netem"],
  ["any", "redis-cli -p 6380 bgsave"],
  [
    "pd1, any",
    `docker exec operator-tikv-pd1-1 curl -X DELETE ${API}/schedulers/evict-leader-scheduler-1`,
  ],
  ["none", `curl -X POST -d '{"max-replicas":3}' ${API}/config/replicate`],
  ["none", `curl -X POST -d '{"name":"balance-leader-scheduler"}' ${API}/schedulers`],
  ["none", "pd-ctl -u http://127.0.0.1:2379 config set max-replicas 3"],
  ["none", "redis-cli -p 6380 config get maxmemory-policy"],
  ["none", "curl http://127.0.0.1:7002/api/settings"],
  ["none", "echo x > /tmp/note"],
];

/** Those who would be disturbed, were somebody at work on them. */
function isRefusedBeside(effects: readonly Effect[], name: string): boolean {
  const health = Object.fromEntries(Object.keys(PLACES).map((one) => [one, "up" as const]));
  const cluster = clusterOf(health, { quorums: [], inRepair: [name] });
  return findHarm(effects, { cluster, nowMs: NOW_MS })?.rule === "repair";
}

for (const [whom, line] of MEANT) {
  test(`${line} means ${whom}`, () => {
    const effects = classifyCommand(line, HERE);
    const named = new Set(
      effects.flatMap(({ kind, targets }) => (kind === "read" ? [] : [...targets])),
    );
    const kept = Object.keys(PLACES).filter((name) => isRefusedBeside(effects, name));
    const isAny = whom.includes("any");
    const names = whom.split(", ").filter((name) => name in PLACES);
    expect([...named].sort()).toEqual([...names].sort());
    expect(kept).toEqual(isAny ? Object.keys(PLACES) : names);
  });
}

test("of two on one port of another machine nobody knows which one is meant", () => {
  const member = { role: "pd", isStandIn: false, settings: {}, ports: { client: 2379 } };
  const members = ["pd1", "pd2"].map((name) => ({ ...member, name, host: name }));
  const topology = { subject: "tikv", timeScale: 1, endpoints: [], members };
  expect(placesOf(topology).owners).toEqual({});
});

/** The rule that decides, where a person has refused whatever is about that member. */
function decidedBy(line: string, member: string): string {
  const open = { reason: undefined, subjects: undefined, actions: undefined, effects: undefined };
  const rule = { name: "mine", decision: "deny", members: [member], ...open } as const;
  const radius = { steps: 9, interruptions: 9 };
  const rules = [{ ...rule, hours: undefined }];
  const policy = { timeZone: "UTC", radius: { ticket: radius, hour: radius }, rules };
  return decisionOn({ effects: classifyCommand(line, HERE), policy }).rule;
}

test("a rule about a member speaks of what may mean any, whoever is named beside it", () => {
  const remove = `curl -X DELETE ${API}/schedulers/evict-leader-scheduler-1`;
  expect(decidedBy(`docker exec operator-tikv-pd1-1 ${remove}`, "tikv1")).toBe("policy: mine");
});

test("a file beside a start is no member's, whomever a rule is about", () => {
  const line = "operator subject start tikv tikv1 >/tmp/start.log 2>&1";
  expect(decidedBy(line, "redis")).toBe("mode execute");
  expect(decidedBy(line, "tikv1")).toBe("policy: mine");
});

const TOUCHED = [
  [ratelimiter, "reset_counter", "redis"],
  [ratelimiter, "restore_limit", "redis"],
  [ratelimiter, "set_ttl", "redis"],
  [ratelimiter, "set_redis_setting", "redis"],
  [tikv, "restore_replication", "none"],
  [tikv, "add_scheduler", "none"],
  [tikv, "remove_scheduler", "any"],
  [tikv, "transfer_pd_leader", "any"],
] as const;

for (const [definition, name, whom] of TOUCHED) {
  test(`${name} without a store means ${whom}`, () => {
    const topology = { subject: definition.name, timeScale: 1, members: [], endpoints: [] };
    const { actions } = definition.open({ topology, runtime: undefined, clock: systemClock });
    const action = actions.find((one) => one.name === name);
    if (!action) throw new Error(`no action ${name}`);
    const effect = effectOfAction(action, { target: "acme", args: {} });
    const kept = Object.keys(PLACES).filter((one) => isRefusedBeside([effect], one));
    const all = Object.keys(PLACES);
    expect(kept).toEqual(whom === "any" ? all : all.filter((one) => one === whom));
  });
}
