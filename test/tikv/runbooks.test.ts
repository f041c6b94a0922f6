// Runbooks driven by tool results as the agent gives them: which steps they take, and how they end.
import { expect, test } from "bun:test";
import type { JsonObject } from "../../src/domain/json.ts";
import type { RunbookResult, RunbookTicket } from "../../src/domain/runbook.ts";
import { tikvInvariants } from "../../subjects/tikv/invariants/all.ts";
import { tikvRunbooks } from "../../subjects/tikv/runbooks/all.ts";
import {
  DONE,
  fenced,
  followRunbook,
  lookWith,
  stepsOf,
  type World,
} from "../support/follow-runbook.ts";

const STATUS = "operator subject status tikv --json";
const LOOK = "operator monitor --subject tikv --once --json";
const FAILED = { text: "nothing was done: tikv2 cannot be spared", isError: true };
const REFUSED = { text: "the monitor refused: violated again", isError: true };

const LOG_LINE =
  "2026-11-21T20:49:33.385Z [2026/11/21 20:49:33.373 +00:00] [INFO] [x.go:1] [hello]";

function ticketOf(invariant: string, entity: string, evidence: JsonObject = {}): RunbookTicket {
  return { id: 1, subject: "tikv", invariant, entity, reason: "it is so", evidence };
}

function follow(ticket: RunbookTicket, world: World): readonly string[] {
  return followRunbook({ runbooks: tikvRunbooks, ticket, world });
}

/** `operator subject status`: everybody runs but for those named. */
function statusWith(states: Readonly<Record<string, string>>): RunbookResult {
  const names = ["pd1", "pd2", "pd3", "tikv1", "tikv2", "tikv3"];
  const members = names.map((name) => ({
    name,
    role: name.startsWith("pd") ? "pd" : "tikv",
    state: states[name] ?? "running",
    is_stand_in: true,
    ports: { client: 1 },
    pid: 7,
    last_exit: states[name] === "stopped" ? "SIGKILL" : null,
  }));
  return fenced(3, { subject: "tikv", is_up: true, time_scale: 10, members });
}

test("every invariant has a runbook, and every runbook an invariant", () => {
  const names = tikvInvariants(1).map(({ name }) => name);
  expect(Object.keys(tikvRunbooks).sort()).toEqual([...names].sort());
});

for (const invariant of ["store_unreachable", "store_down"]) {
  test(`${invariant}: a stopped member is started`, () => {
    const world = { [STATUS]: statusWith({ tikv2: "stopped" }), start_member: DONE };
    expect(follow(ticketOf(invariant, "tikv2"), world).slice(0, 4)).toEqual([
      STATUS,
      "operator subject logs tikv tikv2 --lines 10",
      "start_member tikv2",
      "conclude fixed",
    ]);
  });
}

for (const [then, outcome] of [
  ["running", "no_action_needed"],
  ["stopped", "cannot_fix"],
] as const) {
  test(`what could not be started, and is ${then} then, ends as ${outcome}`, () => {
    const states = [statusWith({ tikv2: "stopped" }), statusWith({ tikv2: then })];
    const world = { [STATUS]: states, start_member: FAILED };
    expect(follow(ticketOf("store_unreachable", "tikv2"), world).slice(2, 5)).toEqual([
      ...["start_member tikv2", STATUS],
      `conclude ${outcome}`,
    ]);
  });
}

test("pd_member_down: a paused member is resumed", () => {
  const world = { [STATUS]: statusWith({ pd1: "paused" }), resume_member: DONE };
  const steps = follow(ticketOf("pd_member_down", "pd1"), world);
  expect(steps.slice(0, 3)).toEqual([STATUS, "resume_member pd1", "conclude fixed"]);
});

test("a member that runs and answers again needs no action", () => {
  const look = lookWith({ "store_unreachable/tikv2": "holds" });
  const steps = follow(ticketOf("store_unreachable", "tikv2"), {
    [STATUS]: statusWith({}),
    [LOOK]: look,
  });
  expect(steps.slice(0, 3)).toEqual([STATUS, LOOK, "conclude no_action_needed"]);
});

test("a member that runs and hangs is restarted, unless it cannot be spared", () => {
  const seen = {
    [STATUS]: statusWith({}),
    [LOOK]: lookWith({ "store_unreachable/tikv2": {} }),
  };
  const ticket = ticketOf("store_unreachable", "tikv2");
  const logs = "operator subject logs tikv tikv2 --lines 10";
  const spared = follow(ticket, { ...seen, restart_member: DONE });
  expect(spared.slice(0, 5)).toEqual([
    STATUS,
    LOOK,
    logs,
    "restart_member tikv2",
    "conclude fixed",
  ]);
  expect(follow(ticket, { ...seen, restart_member: FAILED })).toEqual([
    STATUS,
    LOOK,
    logs,
    "restart_member tikv2",
    "conclude cannot_fix",
  ]);
});

test("after a refused verification it looks again and tries once more, then asks a person", () => {
  const world = {
    [STATUS]: statusWith({ tikv2: "paused" }),
    resume_member: DONE,
    conclude: REFUSED,
  };
  const once = [STATUS, "resume_member tikv2", "conclude fixed"];
  const steps = follow(ticketOf("store_unreachable", "tikv2"), world);
  expect(steps).toEqual([...once, ...once, "conclude cannot_fix"]);
});

test("where operator runs no processes, or nothing can be read, nothing is done", () => {
  const ticket = ticketOf("store_unreachable", "10.0.1.11:20160");
  const untold = [STATUS, STATUS, "conclude cannot_fix"];
  expect(follow(ticket, {})).toEqual(untold);
  const garbage = { [STATUS]: { text: '{"members":"none"}\n{not json\n{}', isError: false } };
  expect(follow(ticket, garbage)).toEqual(untold);
  const none = { [STATUS]: { text: '{"members":[]}', isError: false } };
  expect(follow(ticket, none)).toEqual([STATUS, "conclude cannot_fix"]);
  const settings = ["evict_leader_left", "schedulers_missing", "replication_drifted"];
  for (const invariant of [...settings, "store_offline", "leader_imbalance"]) {
    const steps = follow(ticketOf(invariant, "x"), {});
    expect(steps).toEqual([LOOK, "sleep 8", LOOK, "conclude cannot_fix"]);
  }
});

test("a lost majority is brought back, and no member more", () => {
  const two = { [STATUS]: statusWith({ pd1: "stopped", pd3: "paused" }), start_member: DONE };
  expect(follow(ticketOf("pd_no_leader", "cluster"), two).slice(0, 4)).toEqual([
    STATUS,
    "operator subject logs tikv pd1 --lines 10",
    "start_member pd1",
    "conclude fixed",
  ]);
  const one = { [STATUS]: statusWith({ tikv1: "stopped" }), [LOOK]: lookWith({}) };
  const steps = follow(ticketOf("peers_without_leader", "tikv2"), one);
  expect(steps).toEqual([
    STATUS,
    LOOK,
    STATUS,
    "operator subject logs tikv tikv2 --lines 10",
    "conclude cannot_fix",
  ]);
});

const SETTINGS: readonly {
  readonly invariant: string;
  readonly entity: string;
  readonly evidence: JsonObject;
  readonly act: string;
}[] = [
  {
    invariant: "evict_leader_left",
    entity: "tikv3",
    evidence: { store_id: "4", schedulers: ["evict-leader-scheduler"] },
    act: 'remove_scheduler evict-leader-scheduler {"store":"tikv3"}',
  },
  {
    invariant: "evict_leader_left",
    entity: "tikv3",
    evidence: { store_id: "4", schedulers: ["evict-leader-scheduler-4"] },
    act: "remove_scheduler evict-leader-scheduler-4",
  },
  {
    invariant: "schedulers_missing",
    entity: "balance-region-scheduler",
    evidence: {},
    act: "add_scheduler balance-region-scheduler",
  },
  {
    invariant: "replication_drifted",
    entity: "location-labels",
    evidence: { declared_max_replicas: 3, declared_location_labels: "zone" },
    act: 'restore_replication cluster {"max_replicas":3,"location_labels":"zone"}',
  },
];

for (const { invariant, entity, evidence, act } of SETTINGS) {
  test(`${invariant}: ${act}`, () => {
    const look = lookWith({ [`${invariant}/${entity}`]: evidence });
    const [action = ""] = act.split(" ");
    const steps = follow(ticketOf(invariant, entity), { [LOOK]: look, [action]: DONE });
    expect(steps.slice(0, 3)).toEqual([LOOK, act, "conclude fixed"]);
    const over = lookWith({ [`${invariant}/${entity}`]: "holds" });
    const again = follow(ticketOf(invariant, entity), { [LOOK]: over });
    expect(again.slice(0, 2)).toEqual([LOOK, "conclude no_action_needed"]);
  });
}

test("what failed while PD elected a leader is looked at and done again, once", () => {
  const ticket = ticketOf("schedulers_missing", "balance-leader-scheduler");
  const at = "schedulers_missing/balance-leader-scheduler";
  const add = "add_scheduler balance-leader-scheduler";
  const electing = { text: "failed: POST /schedulers: no PD member did it", isError: true };
  const look = lookWith({ [at]: {} });
  const once = [LOOK, add, "sleep 8"];
  const elected = follow(ticket, { [LOOK]: look, add_scheduler: [electing, DONE] });
  expect(elected.slice(0, 6)).toEqual([...once, LOOK, add, "conclude fixed"]);
  const never = { [LOOK]: look, add_scheduler: electing };
  expect(follow(ticket, never)).toEqual([...once, LOOK, add, "conclude cannot_fix"]);
  const over = { [LOOK]: [look, lookWith({ [at]: "holds" })], add_scheduler: electing };
  expect(follow(ticket, over).slice(0, 5)).toEqual([...once, LOOK, "conclude no_action_needed"]);
  const steps = stepsOf({ runbooks: tikvRunbooks, ticket, world: over });
  expect(steps[4]).toMatchObject({ summary: expect.stringContaining(`${add}: failed: POST`) });
});

test("a removal that can never end is cancelled; one that may be meant is left to a person", () => {
  const lookFor = (needed: number, staying: number | null = 2) => ({
    [LOOK]: lookWith({
      "store_offline/tikv1": { stores_staying: staying, stores_needed: needed },
      "store_offline/tikv2": "holds",
    }),
    [STATUS]: statusWith({}),
    cancel_offline: DONE,
  });
  const ticket = ticketOf("store_offline", "tikv1");
  expect(follow(ticket, lookFor(3)).slice(0, 3)).toEqual([
    LOOK,
    "cancel_offline tikv1",
    "conclude fixed",
  ]);
  expect(follow(ticket, lookFor(1)).at(-1)).toBe("conclude cannot_fix");
  for (const meant of [lookFor(1), lookFor(3, 3), lookFor(3, null)]) {
    expect(follow(ticket, meant).join()).not.toContain("cancel_offline");
  }
});

test("uneven leaders are traced to an eviction or a missing balancer, else to a person", () => {
  const ticket = ticketOf("leader_imbalance", "cluster");
  const uneven = { "leader_imbalance/cluster": {} };
  const evicted = lookWith({
    ...uneven,
    "evict_leader_left/tikv1": { store_id: "1", schedulers: ["evict-leader-scheduler"] },
  });
  const unbalanced = lookWith({ ...uneven, "schedulers_missing/balance-leader-scheduler": {} });
  expect(follow(ticket, { [LOOK]: evicted, remove_scheduler: DONE })[1]).toBe(
    'remove_scheduler evict-leader-scheduler {"store":"tikv1"}',
  );
  expect(follow(ticket, { [LOOK]: unbalanced, add_scheduler: DONE })[1]).toBe(
    "add_scheduler balance-leader-scheduler",
  );
  expect(follow(ticket, { [LOOK]: lookWith(uneven) }).at(-1)).toBe("conclude cannot_fix");
});

test("a hung PD leader hands leadership over, or is restarted when it does not", () => {
  const evidence = { leader: "pd1", etcd_leader: "pd2" };
  const ticket = ticketOf("pd_leader_split", "cluster", evidence);
  const look = lookWith({ "pd_leader_split/cluster": evidence });
  const seen = { [LOOK]: look, [STATUS]: statusWith({}) };
  expect(follow(ticket, { ...seen, transfer_pd_leader: DONE }).slice(0, 4)).toEqual([
    LOOK,
    STATUS,
    "transfer_pd_leader pd2",
    "conclude fixed",
  ]);
  const stubborn = follow(ticket, { ...seen, restart_member: DONE });
  expect(stubborn.slice(2, 5)).toEqual([
    "transfer_pd_leader pd2",
    "restart_member pd1",
    "conclude fixed",
  ]);
});

test("what has no safe repair is diagnosed with what else is wrong, and nothing is changed", () => {
  const looking = ["low_space", "high_p99_latency", "region_miss_peer", "region_down_peer"];
  for (const invariant of [...looking, "cannot_see"]) {
    const look = lookWith({ [`${invariant}/tikv2`]: {}, "store_unreachable/tikv1": {} });
    const world = { [LOOK]: look, [STATUS]: statusWith({ tikv1: "stopped" }) };
    const steps = tikvRunbooks[invariant]?.(ticketOf(invariant, "tikv2"));
    const taken = follow(ticketOf(invariant, "tikv2"), world);
    expect(taken.at(-1)).toBe("conclude cannot_fix");
    expect(taken.every((step) => /^(operator|conclude)/.test(step))).toBe(true);
    steps?.next();
    steps?.next(look);
    steps?.next(statusWith({ tikv1: "stopped" }));
    const end = steps?.next({ text: LOG_LINE, isError: false }).value;
    const summary = end && end.tool === "conclude" ? end.summary : "";
    expect(summary).toContain("Also violated: store_unreachable of tikv1");
    expect(summary).toContain("tikv1 is stopped");
    expect(summary).toContain("[hello]");
  }
});
