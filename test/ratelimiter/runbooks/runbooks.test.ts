// Runbooks driven by tool results as the agent gives them: which steps they take, and how they end.
import { expect, test } from "bun:test";
import type { JsonObject } from "../../../src/domain/json.ts";
import type { RunbookResult, RunbookTicket } from "../../../src/domain/runbook.ts";
import { limiterActions } from "../../../subjects/ratelimiter/actions/all.ts";
import { limiterInvariants } from "../../../subjects/ratelimiter/invariants/all.ts";
import { limiterRunbooks } from "../../../subjects/ratelimiter/runbooks/all.ts";
import {
  DONE,
  fenced,
  followRunbook,
  lookWith,
  stepsOf,
  type World,
} from "../../support/follow-runbook.ts";

const STATUS = "operator subject status ratelimiter --json";
const LOOK = "operator monitor --subject ratelimiter --once --json";
const logsOf = (member: string) => `operator subject logs ratelimiter ${member} --lines 10`;
const ALREADY = { text: "already in effect, nothing was done", isError: false };
const FAILED = { text: "failed: redis 127.0.0.1:1: Connection is closed", isError: true };
const CLEANUP = { undeclared_jobs: { "nightly-cleanup": "FLUSHALL every 2000 ms" } };
const ROLLUP = { undeclared_jobs: { "usage-rollup": "EVAL every 200 ms" } };

function ticketOf(invariant: string, entity: string, evidence: JsonObject = {}): RunbookTicket {
  return { id: 1, subject: "ratelimiter", invariant, entity, reason: "it is so", evidence };
}

function follow(ticket: RunbookTicket, world: World): readonly string[] {
  return followRunbook({ runbooks: limiterRunbooks, ticket, world });
}

/** `operator subject status`: everybody runs but for those named. */
function statusWith(states: Readonly<Record<string, string>>): RunbookResult {
  const names = ["redis", "proxy", "jobs", "node1", "node2", "node3"];
  const members = names.map((name) => ({
    name,
    role: name.startsWith("node") ? "limiter" : name,
    state: states[name] ?? "running",
  }));
  return fenced(3, { subject: "ratelimiter", is_up: true, members });
}

test("every invariant has a runbook, and every runbook an invariant", () => {
  const names = limiterInvariants.map(({ name }) => name);
  expect(Object.keys(limiterRunbooks).sort()).toEqual([...names].sort());
});

const DOWN = ["node_down", "node_silent", "proxy_down", "jobs_down", "redis_unreachable"];
for (const invariant of [...DOWN, "redis_slow"]) {
  test(`${invariant}: a stopped member is started, a paused one resumed`, () => {
    const ticket = ticketOf(invariant, "redis");
    const stopped = { [STATUS]: statusWith({ redis: "stopped" }), start_member: DONE };
    expect(follow(ticket, stopped).slice(0, 4)).toEqual([
      STATUS,
      logsOf("redis"),
      "start_member redis",
      "conclude fixed",
    ]);
    const paused = { [STATUS]: statusWith({ redis: "paused" }), resume_member: DONE };
    expect(follow(ticket, paused).slice(0, 3)).toEqual([
      STATUS,
      "resume_member redis",
      "conclude fixed",
    ]);
  });
}

/** What one look shows, and what is done about it. */
const REPAIRS: readonly {
  readonly at: string;
  readonly evidence: JsonObject;
  readonly acts: readonly string[];
}[] = [
  { at: "fail_open_in_force/node2", evidence: {}, acts: ["turn_fail_open_off node2"] },
  { at: "schema_differs/node2", evidence: { schema: 1 }, acts: ["restore_key_schema node2"] },
  { at: "clock_skew/node2", evidence: {}, acts: ["sync_node_clock node2"] },
  {
    at: "check_latency_high/node2",
    evidence: { toxics: { node1: ["other"], node2: ["slow-link", "jammed"] } },
    acts: ['clear_toxic node2 {"toxic":"slow-link"}', 'clear_toxic node2 {"toxic":"jammed"}'],
  },
  {
    at: "checks_undecided/node3",
    evidence: { toxics: { node3: ["cut"] } },
    acts: ['clear_toxic node3 {"toxic":"cut"}'],
  },
  { at: "memory_at_limit/redis", evidence: {}, acts: ["set_redis_setting maxmemory"] },
  { at: "eviction_forgets/redis", evidence: {}, acts: ["set_redis_setting maxmemory-policy"] },
  { at: "redis_setting_differs/timeout", evidence: {}, acts: ["set_redis_setting timeout"] },
  {
    at: "counter_drift/other keys",
    evidence: { dated_ahead: 7, keys: ["a", "b"] },
    acts: ["reset_counter a", "reset_counter b"],
  },
  { at: "limit_drift/hot", evidence: { key: "hot", limit: 2000 }, acts: ["restore_limit hot"] },
  { at: "immortal_counter/idle", evidence: { keys: ["idle"] }, acts: ["set_ttl idle"] },
  { at: "undeclared_job/jobs", evidence: CLEANUP, acts: ["remove_job nightly-cleanup"] },
  {
    at: "clients_exhausted/redis",
    evidence: { ...ROLLUP, clients: { "job:usage-rollup": 120, "limiter:node1": 2 } },
    acts: ["remove_job usage-rollup"],
  },
  {
    at: "clients_exhausted/redis",
    evidence: { ...ROLLUP, clients: { "cron:backup": 120 } },
    acts: ["set_redis_setting maxclients"],
  },
];

for (const { at, evidence, acts } of REPAIRS) {
  test(`${at}: ${acts.join(", ")}`, () => {
    const [invariant = "", entity = ""] = at.split("/");
    const ticket = ticketOf(invariant, entity);
    const named = Object.fromEntries(acts.map((act) => [act, DONE]));
    const steps = follow(ticket, { [LOOK]: lookWith({ [at]: evidence }), ...named });
    expect(steps.slice(0, acts.length + 2)).toEqual([LOOK, ...acts, "conclude fixed"]);
    const refused = follow(ticket, { [LOOK]: lookWith({ [at]: evidence }) });
    expect(refused).toEqual([LOOK, acts[0] ?? "", "conclude cannot_fix"]);
    const over = follow(ticket, { [LOOK]: lookWith({ [at]: "holds" }) });
    expect(over.slice(0, 2)).toEqual([LOOK, "conclude no_action_needed"]);
    expect(follow(ticket, {})).toEqual([LOOK, "sleep 8", LOOK, "conclude cannot_fix"]);
  });
}

test("runbooks call no action that is not there", () => {
  const site = { nodes: [], redis: null, proxy: null, jobs: null, token: undefined };
  const declared = { limits: null, redisSettings: null, jobs: null };
  const actions = limiterActions({
    ...{ runtime: undefined, site: { ...site, declared }, latest: () => undefined },
  });
  const names = actions.map(({ name }) => name);
  const called = REPAIRS.flatMap(({ acts }) => acts.map((act) => act.split(" ")[0] ?? ""));
  expect(called.filter((name) => !names.includes(name))).toEqual([]);
});

test("a script that holds Redis up: its job goes, or it is ended once when it is nobody's", () => {
  const running = { [STATUS]: statusWith({}), remove_job: DONE, kill_script: DONE };
  const ticket = ticketOf("redis_slow", "redis");
  const actsOn = (evidence: JsonObject) =>
    follow(ticket, { ...running, [LOOK]: lookWith({ "redis_slow/redis": evidence }) }).slice(0, 4);
  const looks = [STATUS, LOOK];
  const seen = ["EVAL of job:usage-rollup took 1200 ms, 1 s ago"];
  const removal = [...looks, "remove_job usage-rollup", "conclude fixed"];
  expect(actsOn({ ...ROLLUP, slow_commands: seen, state: "answers" })).toEqual(removal);
  expect(actsOn({ ...ROLLUP, slow_commands: [], state: "silent" })).toEqual(removal);
  const others = ["EVAL of 127.0.0.1:9 took 1200 ms, 1 s ago"];
  expect(actsOn({ ...ROLLUP, slow_commands: others, refusal: "busy" })).toEqual([
    ...looks,
    "kill_script redis",
    "conclude fixed",
  ]);
  expect(actsOn({ slow_commands: others, state: "answers" })).toEqual([...looks, LOOK, STATUS]);
});

test("a Redis that loads is waited for, whatever else is there, and named as what it is", () => {
  const ticket = ticketOf("redis_slow", "redis");
  const loading = lookWith({ "redis_slow/redis": { ...ROLLUP, refusal: "loading" } });
  const busy = lookWith({ "redis_slow/redis": { refusal: "busy" } });
  const well = lookWith({ "redis_slow/redis": "holds" });
  const stepsWith = (looks: readonly RunbookResult[]) =>
    follow(ticket, { [STATUS]: statusWith({}), [LOOK]: looks, kill_script: DONE });
  const waited = [STATUS, LOOK, "sleep 30", LOOK, "sleep 30", LOOK];
  const loaded = stepsWith([loading, loading, well]);
  expect(loaded.slice(0, 7)).toEqual([...waited, "conclude no_action_needed"]);
  expect(stepsWith([loading, loading, busy])).toEqual([
    ...waited,
    "kill_script redis",
    "conclude fixed",
    ...[STATUS, LOOK, "kill_script redis", "conclude fixed", "conclude cannot_fix"],
  ]);
  const world = { [STATUS]: statusWith({}), [LOOK]: loading };
  const steps = stepsOf({ runbooks: limiterRunbooks, ticket, world });
  expect(steps.filter(({ tool }) => tool === "act")).toEqual([]);
  expect(steps.at(-1)).toMatchObject({
    outcome: "cannot_fix",
    rootCause: expect.stringContaining("loads its data"),
    summary: expect.stringContaining("Do not restart it"),
  });
});

test("more than the limit is traced to what persists, though one look shows no excess", () => {
  const ticket = ticketOf("over_limit", "canary.spent");
  const within = { "over_limit/canary.spent": "holds" as const };
  const actOn = (others: Readonly<Record<string, JsonObject>>) =>
    follow(ticket, { [LOOK]: lookWith({ ...within, ...others }) })[1];
  expect(actOn({ "undeclared_job/jobs": CLEANUP })).toBe("remove_job nightly-cleanup");
  expect(actOn({ "schema_differs/node3": {} })).toBe("restore_key_schema node3");
  expect(actOn({ "eviction_forgets/redis": {} })).toBe("set_redis_setting maxmemory-policy");
  expect(actOn({ "limit_drift/hot": { key: "hot" } })).toBe("conclude no_action_needed");
  const harmless = { undeclared_jobs: { counting: "DBSIZE every 5000 ms" } };
  expect(actOn({ "undeclared_job/jobs": harmless })).toBe("conclude no_action_needed");
});

test("who is wrongly denied gets the counter of that key repaired, and no other", () => {
  const ticket = ticketOf("ghost_denying", "canary.open");
  const denied = { "ghost_denying/canary.open": {} };
  const ahead = { dated_ahead: 9, keys: ["canary.open"] };
  const mine = lookWith({ ...denied, "counter_drift/canary.open": ahead });
  expect(follow(ticket, { [LOOK]: mine, reset_counter: DONE })[1]).toBe(
    "reset_counter canary.open",
  );
  const others = lookWith({ ...denied, "counter_drift/hot": ahead });
  expect(follow(ticket, { [LOOK]: others }).at(-1)).toBe("conclude cannot_fix");
});

test("what is as declared is not the cause: it is looked further, and a person asked", () => {
  for (const at of ["clock_skew/node1", "memory_at_limit/redis"]) {
    const [invariant = "", entity = ""] = at.split("/");
    const world = {
      [LOOK]: lookWith({ [at]: {} }),
      [STATUS]: statusWith({}),
      sync_node_clock: ALREADY,
      set_redis_setting: ALREADY,
    };
    const steps = follow(ticketOf(invariant, entity), world);
    expect(steps.slice(2)).toEqual([LOOK, STATUS, logsOf(entity), "conclude cannot_fix"]);
  }
});

const NO_SAFE_REPAIR: readonly (readonly [string, JsonObject])[] = [
  ["persistence_failing/redis", {}],
  ["key_leak/redis", {}],
  ["cannot_see/limiter", {}],
  ["counter_drift/hot", { dated_ahead: 0, keys: ["hot"] }],
  ["limit_drift/hot", { nodes: ["node1"] }],
  ["check_latency_high/node2", { toxics: { node1: ["other"] } }],
  ["ghost_allowing/canary.blocked", {}],
];

for (const [at, evidence] of NO_SAFE_REPAIR) {
  test(`${at} ${JSON.stringify(evidence)}: looked at, and nothing is changed`, () => {
    const [invariant = "", entity = ""] = at.split("/");
    const world = {
      [LOOK]: lookWith({ [at]: evidence, "node_down/node3": {} }),
      [STATUS]: statusWith({ node3: "stopped" }),
    };
    const steps = stepsOf({
      runbooks: limiterRunbooks,
      ticket: ticketOf(invariant, entity),
      world,
    });
    expect(steps.filter(({ tool }) => tool === "act")).toEqual([]);
    const last = steps.at(-1);
    const { outcome, summary } = last?.tool === "conclude" ? last : { outcome: "", summary: "" };
    expect(outcome).toBe("cannot_fix");
    expect(summary).toContain("Also violated: node_down of node3");
    expect(summary).toContain("node3 is stopped");
  });
}

test("evidence of another form is no evidence", () => {
  const odd: readonly (readonly [string, JsonObject])[] = [
    ["immortal_counter/idle", { keys: "idle" }],
    ["counter_drift/hot", { dated_ahead: "many", keys: ["hot"] }],
    ["undeclared_job/jobs", { undeclared_jobs: ["nightly-cleanup"] }],
    ["check_latency_high/node2", { toxics: [{ node: "node2" }] }],
  ];
  for (const [at, evidence] of odd) {
    const [invariant = "", entity = ""] = at.split("/");
    const world = { [LOOK]: lookWith({ [at]: evidence }), [STATUS]: statusWith({}) };
    const steps = follow(ticketOf(invariant, entity), world);
    expect(steps.at(-1)).toBe("conclude cannot_fix");
    expect(steps.every((step) => /^(operator|conclude)/.test(step))).toBe(true);
  }
});

for (const at of ["counter_drift/hot", "limit_drift/hot"]) {
  test(`${at}: a key of the wrong type is for a person, who is told to keep what it holds`, () => {
    const evidence = { key: "hot", keys: ["hot"], key_type: "string", dated_ahead: 7 };
    const [invariant = "", entity = ""] = at.split("/");
    const world = { [LOOK]: lookWith({ [at]: evidence }), [STATUS]: statusWith({}) };
    const ticket = ticketOf(invariant, entity);
    const steps = stepsOf({ runbooks: limiterRunbooks, ticket, world });
    expect(steps.filter(({ tool }) => tool === "act")).toEqual([]);
    const summary = expect.stringContaining("keep that, then delete this one key");
    expect(steps.at(-1)).toMatchObject({ outcome: "cannot_fix", summary });
  });
}

test("a change that fails is for a person, with what was said", () => {
  const at = "immortal_counter/other keys";
  const world = {
    [LOOK]: lookWith({ [at]: { keys: ["a", "b"] } }),
    "set_ttl a": DONE,
    "set_ttl b": FAILED,
  };
  const ticket = ticketOf("immortal_counter", "other keys");
  const last = stepsOf({ runbooks: limiterRunbooks, ticket, world }).at(-1);
  expect(last).toMatchObject({ outcome: "cannot_fix" });
  expect(JSON.stringify(last)).toContain("Connection is closed");
});
