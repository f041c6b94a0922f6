// What runbooks make of members that are disturbed from outside: driven by tool results as the
// agent gives them.
import { expect, test } from "bun:test";
import type { JsonObject } from "../../src/domain/json.ts";
import type { RunbookResult } from "../../src/domain/runbook.ts";
import { limiterRunbooks } from "../../subjects/ratelimiter/runbooks/all.ts";
import { tikvRunbooks } from "../../subjects/tikv/runbooks/all.ts";
import { DONE, fenced, followRunbook, lookWith, type World } from "../support/follow-runbook.ts";

const FAILED = { text: "nothing was done: the broker may not touch it", isError: true };
const CUT = { type: "partition", text: "partition from pd1, pd2" };
const SLOW = { type: "latency", text: "latency 150 ms ± 20 to proxy" };
const FULL = { type: "disk", text: "disk filled, 0 bytes free" };

const SUBJECTS = {
  tikv: { runbooks: tikvRunbooks, members: ["pd1", "tikv1", "tikv2"] },
  ratelimiter: { runbooks: limiterRunbooks, members: ["redis", "proxy", "node1", "node2"] },
};

interface Site {
  readonly subject: keyof typeof SUBJECTS;
  /** `invariant/entity` of the ticket. */
  readonly at: string;
  readonly disturbed: Readonly<Record<string, JsonObject>>;
  readonly stopped?: string;
  readonly world: World;
}

/** Every step up to the first conclusion; LOOK and STATUS for the two commands that look. */
function stepsAt({ subject, at, disturbed, stopped, world }: Site): readonly string[] {
  const { runbooks, members } = SUBJECTS[subject];
  const [invariant = "", entity = ""] = at.split("/");
  const look = `operator monitor --subject ${subject} --once --json`;
  const status = `operator subject status ${subject} --json`;
  const seen = members.map((name) => statusOf(name, { stopped, disturbance: disturbed[name] }));
  const steps = followRunbook({
    runbooks,
    ticket: { id: 1, subject, invariant, entity, reason: "it is so", evidence: {} },
    world: { [look]: lookWith({ [at]: {} }), [status]: statusWith(seen), ...world },
  });
  const end = steps.findIndex((step) => step.startsWith("conclude"));
  const names = { [look]: "LOOK", [status]: "STATUS" };
  return steps.slice(0, end + 1).map((step) => names[step] ?? step);
}

function statusOf(
  name: string,
  { stopped, disturbance }: { stopped: string | undefined; disturbance: JsonObject | undefined },
): JsonObject {
  const state = name === stopped ? "stopped" : "running";
  return { name, role: "member", state, ...(disturbance ? { disturbances: [disturbance] } : {}) };
}

function statusWith(members: readonly JsonObject[]): RunbookResult {
  return fenced(0, { is_up: true, members: [...members] });
}

test("the disturbed member is relieved and not restarted, others are left alone", () => {
  const tickets = ["high_p99_latency", "limits_changed", "pd_member_cut_off", "region_miss_peer"];
  const site = { disturbed: { tikv1: CUT, tikv2: CUT }, world: { lift_disturbances: DONE } };
  const relief = ["STATUS", "lift_disturbances tikv2", "conclude fixed"];
  const steps = (at: string) => stepsAt({ ...site, subject: "tikv", at });
  expect(steps("store_down/tikv2")).toEqual(relief);
  for (const name of tickets) expect(steps(`${name}/tikv2`)).toEqual(["LOOK", ...relief]);
});

test("where the entity itself is left alone, what is done to others is lifted", () => {
  for (const at of ["checks_undecided/node2", "check_latency_high/node1"]) {
    const disturbed = { proxy: SLOW };
    const world = { lift_disturbances: DONE };
    expect(stepsAt({ subject: "ratelimiter", at, disturbed, world })).toEqual([
      "LOOK",
      "LOOK",
      "STATUS",
      "lift_disturbances proxy",
      "conclude fixed",
    ]);
  }
});

test("a member that its bound has killed is relieved before it is started", () => {
  const disturbed = { tikv2: { type: "memory", text: "memory 64 MiB" } };
  const world = { lift_disturbances: DONE, start_member: DONE };
  const at = "store_unreachable/tikv2";
  expect(stepsAt({ subject: "tikv", at, disturbed, stopped: "tikv2", world })).toEqual([
    "STATUS",
    "lift_disturbances tikv2",
    "operator subject logs tikv tikv2 --lines 10",
    "start_member tikv2",
    "conclude fixed",
  ]);
});

test("another member's disturbance is no reason to leave a stopped one away", () => {
  const world = { lift_disturbances: DONE, start_member: DONE };
  const at = "node_down/node2";
  const site = { disturbed: { node1: SLOW }, stopped: "node2", world };
  expect(stepsAt({ subject: "ratelimiter", at, ...site })).toEqual([
    "STATUS",
    "operator subject logs ratelimiter node2 --lines 10",
    "start_member node2",
    "conclude fixed",
  ]);
});

test("Redis whose disk was filled has room again, and saves", () => {
  const disturbed = { redis: FULL };
  const world = { lift_disturbances: DONE, save_redis: DONE };
  const at = "persistence_failing/redis";
  expect(stepsAt({ subject: "ratelimiter", at, disturbed, world })).toEqual([
    "LOOK",
    "STATUS",
    "lift_disturbances redis",
    "save_redis redis",
    "conclude fixed",
  ]);
});

test("what one look could not see is looked at a second time, and after a moment", () => {
  const unseen = lookWith({ "limit_drift/hot": { verdict: "unknown" } });
  const look = "operator monitor --subject ratelimiter --once --json";
  const steps = stepsAt({
    subject: "ratelimiter",
    at: "limit_drift/hot",
    disturbed: {},
    world: { [look]: unseen },
  });
  expect(steps).toEqual(["LOOK", "LOOK", "sleep 8", "LOOK", "LOOK", "conclude cannot_fix"]);
});

test("what cannot be lifted is for a person", () => {
  const world = { lift_disturbances: FAILED };
  const lifting = { disturbed: { tikv2: CUT }, world };
  expect(stepsAt({ subject: "tikv", at: "store_down/tikv2", ...lifting })).toEqual([
    "STATUS",
    "lift_disturbances tikv2",
    "conclude cannot_fix",
  ]);
  const saving = { disturbed: { redis: FULL }, world: { lift_disturbances: DONE } };
  const steps = stepsAt({ subject: "ratelimiter", at: "persistence_failing/redis", ...saving });
  expect(steps.slice(-2)).toEqual(["save_redis redis", "conclude cannot_fix"]);
});
