// Schedulers and operators through the API, with heartbeats written by hand.
import { expect, test } from "bun:test";
import {
  regionHeartbeatReplySchema,
  storeHeartbeatReplySchema,
} from "../../../subjects/tikv/stand-in/protocol.ts";
import { beat, bootstrap, type LoneMember, lead, startLoneMember } from "./lone-member.ts";

const SCHEDULERS = "/pd/api/v1/schedulers";
const EVICT = { name: "evict-leader-scheduler", store_id: 1 };

test("a fresh cluster has five schedulers, in an order of chance", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  const lists = await Promise.all(Array.from({ length: 8 }, () => schedulers(lone)));
  expect(new Set(lists.map((list) => list.join())).size).toBeGreaterThan(1);
  for (const list of lists) {
    expect([...list].sort()).toEqual([
      "balance-hot-region-scheduler",
      "balance-leader-scheduler",
      "balance-region-scheduler",
      "evict-slow-store-scheduler",
      "evict-stopping-store-scheduler",
    ]);
  }
});

test("a scheduler is created, applied to another store, and removed store by store", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  const created = await lone.post(SCHEDULERS, EVICT);
  expect(created).toMatchObject({ status: 200, text: '"The scheduler is created."\n' });
  const applied = await lone.post(SCHEDULERS, { ...EVICT, store_id: 2 });
  expect(applied.text).toBe('"The scheduler has been applied to the store."\n');
  expect((await remove(lone, "evict-leader-scheduler-2")).status).toBe(200);
  expect((await remove(lone, "evict-leader-scheduler-2")).status).toBe(404);
  expect(await schedulers(lone)).toContain("evict-leader-scheduler");
  const removed = await remove(lone, "evict-leader-scheduler-1");
  expect(removed.text).toBe('"The scheduler is removed."\n');
  expect(await schedulers(lone)).not.toContain("evict-leader-scheduler");
  expect(await remove(lone, "evict-leader-scheduler")).toMatchObject({
    status: 404,
    text: '"[PD:scheduler:ErrSchedulerNotFound]scheduler not found"\n',
  });
});

test("a scheduler without what it needs is refused", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  const refused = [
    [{}, 400, '"missing scheduler name"\n'],
    [{ name: "no-such-scheduler" }, 400, '"unknown scheduler"\n'],
    [{ name: "evict-leader-scheduler" }, 400, '"missing store id"\n'],
    [{ ...EVICT, store_id: 99 }, 500, '"[PD:core:ErrStoreNotFound]store 99 not found"\n'],
    [
      { name: "balance-leader-scheduler" },
      500,
      '"[PD:scheduler:ErrSchedulerExisted]scheduler existed"\n',
    ],
  ] as const;
  for (const [body, status, text] of refused) {
    expect(await lone.post(SCHEDULERS, body)).toMatchObject({ status, text });
  }
});

test("leaders are asked off an evicted store in its next heartbeats, and stay away", async () => {
  const lone = await startLoneMember();
  const regionIds = await bootstrap(lone);
  await remove(lone, "balance-leader-scheduler");
  await lone.post(SCHEDULERS, EVICT);
  await lone.tick();
  const { operators } = storeHeartbeatReplySchema.parse(JSON.parse((await beat(lone, 1)).text));
  // leader-schedule-limit is 4.
  expect(operators).toHaveLength(4);
  const targets = operators.map((operator) => operator.transfer_leader_to);
  expect([...targets].sort()).toEqual([2, 2, 3, 3]);
  await obey(lone, regionIds);
  expect(await leaderCounts(lone)).toEqual({ "2": 3, "3": 3 });
});

test("leaders come back by balancing when the eviction is removed", async () => {
  const lone = await startLoneMember();
  const regionIds = await bootstrap(lone);
  await lone.post(SCHEDULERS, EVICT);
  await obey(lone, regionIds);
  expect(await leaderCounts(lone)).toEqual({ "2": 3, "3": 3 });
  await remove(lone, "evict-leader-scheduler");
  await obey(lone, regionIds);
  expect(await leaderCounts(lone)).toEqual({ "1": 2, "2": 2, "3": 2 });
});

test("a paused or halted scheduler moves nothing", async () => {
  const lone = await startLoneMember();
  const regionIds = await bootstrap(lone);
  const paused = await lone.post(`${SCHEDULERS}/balance-leader-scheduler`, { delay: 30 });
  expect(paused.text).toBe('"Pause or resume the scheduler successfully."\n');
  await obey(lone, regionIds);
  expect(await leaderCounts(lone)).toEqual({ "1": 6 });
  const { text } = await lone.ask(`${SCHEDULERS}?status=paused`);
  expect(JSON.parse(text)).toEqual(["balance-leader-scheduler"]);
  await lone.post(`${SCHEDULERS}/all`, { delay: 0 });
  await lone.post("/pd/api/v1/config", { "schedule.halt-scheduling": true });
  await obey(lone, regionIds);
  expect(await leaderCounts(lone)).toEqual({ "1": 6 });
});

test("schedulers wait until 90 % of the regions have heartbeated to this leader", async () => {
  const lone = await startLoneMember({ regions: 20 });
  const regionIds = await bootstrap(lone);
  lone.pass(10_000);
  for (let tick = 0; tick < 3; tick += 1) await lone.tick();
  for (const storeId of [1, 2, 3]) await beat(lone, storeId);
  await lead(lone, 1, regionIds.slice(0, 17));
  await lone.tick();
  expect(await operators(lone)).toEqual([]);
  await lead(lone, 1, regionIds.slice(17, 18));
  await lone.tick();
  expect(await operators(lone)).toHaveLength(4);
});

test("an operator reads in PD's grammar while it runs and after it has finished", async () => {
  const lone = await startLoneMember();
  const [regionId = 0] = await bootstrap(lone);
  await remove(lone, "balance-leader-scheduler");
  expect(await lone.ask("/pd/api/v1/operators/records")).toMatchObject({
    status: 500,
    text: '"[PD:operator:ErrOperatorNotFound]operator not found"\n',
  });
  const transfer = { name: "transfer-leader", region_id: regionId, to_store_id: 3 };
  const created = await lone.post("/pd/api/v1/operators", transfer);
  expect(created.text).toBe('"The operator is created."\n');
  expect((await lone.post("/pd/api/v1/operators", transfer)).text).toBe(
    '"[PD:operator:ErrAddOperator]failed to add operator, maybe already have one"\n',
  );
  const time = String.raw`\S+ \S+ \S+ \S+ m=\+\d+\.\d{9}`;
  const text =
    String.raw`admin-transfer-leader \{transfer leader: store 1 to 3\} \(kind:admin,leader, ` +
    String.raw`region:${regionId}\(1, 1\), createAt:${time}, startAt:${time}, currentStep:`;
  const [running] = await operators(lone);
  expect(running).toMatch(new RegExp(`^${text}0, size:96, steps:\\[0:\\{transfer leader from`));
  await lead(lone, 3, [regionId]);
  expect(await operators(lone)).toEqual([]);
  const records = JSON.parse((await lone.ask("/pd/api/v1/operators/records")).text);
  expect(records[0]).toMatch(new RegExp(`^${text}1, .* finished \\(finishAt:.*, duration:.*\\)$`));
  const status = JSON.parse((await lone.ask(`/pd/api/v1/operators/${regionId}`)).text);
  expect(status).toStartWith("status: SUCCESS, operator: admin-transfer-leader");
});

test("an operator that nobody carries out times out after 10 s", async () => {
  const lone = await startLoneMember({ timeScale: 1 });
  const [regionId = 0] = await bootstrap(lone);
  await remove(lone, "balance-leader-scheduler");
  const transfer = { name: "transfer-leader", region_id: regionId, to_store_id: 3 };
  await lone.post("/pd/api/v1/operators", transfer);
  for (let second = 0; second < 10; second += 1) {
    expect(await operators(lone)).toHaveLength(1);
    lone.pass(1_001);
    await lone.tick();
  }
  expect(await operators(lone)).toEqual([]);
});

/** Rounds of heartbeats in which every store does at once what it is asked. */
async function obey(lone: LoneMember, regionIds: readonly number[]): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    lone.pass(10);
    await lone.tick();
    for (const storeId of [1, 2, 3]) {
      const led = JSON.parse((await lone.ask("/pd/api/v1/regions")).text)
        .regions.filter((region: Led) => region.leader.store_id === storeId)
        .map((region: Led) => region.id);
      expect(regionIds).toEqual(expect.arrayContaining(led));
      const reply = await lead(lone, storeId, led);
      for (const operator of regionHeartbeatReplySchema.parse(JSON.parse(reply.text)).operators) {
        lone.pass(1);
        await lead(lone, operator.transfer_leader_to, [operator.region_id]);
      }
    }
  }
}

interface Led {
  readonly id: number;
  readonly leader: { readonly store_id: number };
}

async function leaderCounts(lone: LoneMember): Promise<Record<string, number>> {
  return JSON.parse((await lone.ask("/pd/api/v1/stats/region")).text).store_leader_count;
}

async function schedulers(lone: LoneMember): Promise<readonly string[]> {
  return JSON.parse((await lone.ask(SCHEDULERS)).text);
}

async function operators(lone: LoneMember): Promise<readonly string[]> {
  return JSON.parse((await lone.ask("/pd/api/v1/operators")).text);
}

function remove(lone: LoneMember, name: string) {
  return lone.ask(`${SCHEDULERS}/${name}`, { method: "DELETE" });
}
