// What becomes of a store over time, and what may be done to it.
import { expect, test } from "bun:test";
import { PD_PATHS } from "../../../subjects/tikv/stand-in/protocol.ts";
import { beat, bootstrap, joinRequest, type LoneMember, startLoneMember } from "./lone-member.ts";

const MINUTE_MS = 60_000;

test("a store is Disconnected after more than 20 s of silence, and Down after 30 min", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  lone.pass(20_000);
  await stayInOffice(lone);
  expect(await stateOf(lone, 1)).toBe("Up");
  lone.pass(2);
  expect(await stateOf(lone, 1)).toBe("Disconnected");
  lone.pass(30 * MINUTE_MS);
  await stayInOffice(lone);
  expect(await stateOf(lone, 1)).toBe("Down");
  await beat(lone, 1);
  expect(await stateOf(lone, 1)).toBe("Up");
});

test("the time scale divides both", async () => {
  const lone = await startLoneMember({ timeScale: 10 });
  await bootstrap(lone);
  lone.pass(2_002);
  await stayInOffice(lone);
  expect(await stateOf(lone, 1)).toBe("Disconnected");
  lone.pass(3 * MINUTE_MS);
  await stayInOffice(lone);
  expect(await stateOf(lone, 1)).toBe("Down");
});

test("a store that never heartbeated is Down since 1970", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  await lone.post(PD_PATHS.join, joinRequest("10.0.1.14"));
  const { stores } = JSON.parse((await lone.ask("/pd/api/v1/stores")).text);
  const newcomer = stores.at(-1);
  expect(newcomer.store.state_name).toBe("Down");
  expect(newcomer.store).not.toHaveProperty("last_heartbeat");
  expect(newcomer.status.last_heartbeat_ts).toMatch(/^19(70-01-01|69-12-31)T/);
  expect(newcomer.status.capacity).toBe("0B");
});

test("a new PD leader knows neither sizes nor heartbeats newer than 5 min", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  lone.pass(4 * MINUTE_MS);
  await stayInOffice(lone);
  await beat(lone, 1);
  await changeLeader(lone);
  const store = JSON.parse((await lone.ask("/pd/api/v1/store/1")).text);
  expect(store.store.state_name).toBe("Disconnected");
  expect(store.status).toMatchObject({ capacity: "0B", available: "0B", leader_count: 6 });
});

test("a store joins once for each address, and keeps its id", async () => {
  const lone = await startLoneMember();
  const join = () => lone.post(PD_PATHS.join, joinRequest("10.0.1.11"));
  expect(JSON.parse((await join()).text)).toMatchObject({ store_id: 1, regions: [] });
  expect(JSON.parse((await join()).text).store_id).toBe(1);
});

test("every store of a new cluster has a peer of every region", async () => {
  const lone = await startLoneMember({ regions: 12 });
  await bootstrap(lone);
  const { text } = await lone.post(PD_PATHS.join, joinRequest("10.0.1.12"));
  const { store_id, regions, stores } = JSON.parse(text);
  expect({ store_id, regions: regions.length, stores: stores.length }).toEqual({
    store_id: 2,
    regions: 12,
    stores: 3,
  });
});

test("a store that runs out of disk is warned of at each heartbeat", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  const warnings = () => lone.lines.filter((line) => line.includes("enough disk space"));
  expect(warnings()).toEqual([]);
  await beat(lone, 2, 1_000_000_000);
  await beat(lone, 2, 1_000_000_000);
  expect(warnings()).toHaveLength(2);
  expect(warnings()[0]).toContain(
    '[WARN] [stand-in.ts:1] ["store does not have enough disk space"] [store-id=2] ' +
      "[capacity=1999307276288] [available=1000000000]",
  );
});

test("a heartbeat of a store that nobody knows is a 404", async () => {
  const lone = await startLoneMember();
  expect(await beat(lone, 9)).toMatchObject({ status: 404 });
});

test("the third of three stores is removed by force alone, and then stays away", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  expect(await remove(lone, "3")).toMatchObject({
    status: 400,
    text:
      '"[PD:core:ErrStoresNotEnough]can not remove store 3 since the number of up stores ' +
      'would be 2 while need 3"\n',
  });
  expect(await stateOf(lone, 3)).toBe("Up");
  expect((await remove(lone, "3?force")).text).toBe('"The store is set as Offline."\n');
  const { store } = JSON.parse((await lone.ask("/pd/api/v1/store/3")).text);
  expect(store).toMatchObject({ state: 1, node_state: 2, physically_destroyed: true });
  expect(await setState(lone, "3", "Up")).toMatchObject({
    status: 400,
    text: '"[PD:core:ErrStoreDestroyed]store 3 has been physically destroyed"\n',
  });
});

test("an Offline store is never called Disconnected, and is Up again when cancelled", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  await lone.post(PD_PATHS.join, joinRequest("10.0.1.14"));
  expect((await remove(lone, "3")).status).toBe(200);
  lone.pass(40 * MINUTE_MS);
  await stayInOffice(lone);
  expect(await stateOf(lone, 3)).toBe("Offline");
  expect(await setState(lone, "3", "up")).toMatchObject({
    status: 200,
    text: '"The store\'s state is updated."\n',
  });
  const { schedule } = JSON.parse((await lone.ask("/pd/api/v1/config")).text);
  expect(schedule["store-limit"]["3"]).toEqual({ "add-peer": 15, "remove-peer": 15 });
});

test("an Offline store without regions becomes a Tombstone, which can be swept away", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  await lone.post(PD_PATHS.join, joinRequest("10.0.1.14"));
  const { stores } = JSON.parse((await lone.ask("/pd/api/v1/stores")).text);
  const id = `${stores.at(-1).store.id}`;
  await remove(lone, id);
  lone.pass(10_000);
  await stayInOffice(lone);
  expect(await stateOf(lone, Number(id))).toBe("Tombstone");
  expect(JSON.parse((await lone.ask("/pd/api/v1/stores")).text).count).toBe(3);
  expect(await remove(lone, id)).toMatchObject({
    status: 410,
    text: `"[PD:core:ErrStoreRemoved]store ${id} has been removed"\n`,
  });
  const swept = await lone.ask("/pd/api/v1/stores/remove-tombstone", { method: "DELETE" });
  expect(swept.text).toBe('"Remove tombstone successfully."\n');
  expect((await lone.ask(`/pd/api/v1/store/${id}`)).status).toBe(404);
});

test("labels, weights and limits stay", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  await lone.post("/pd/api/v1/store/2/label", { zone: "z2" });
  await lone.post("/pd/api/v1/store/2/weight", { leader: 2, region: 1 });
  await changeLeader(lone);
  const { store, status } = JSON.parse((await lone.ask("/pd/api/v1/store/2")).text);
  expect(store.labels).toEqual([{ key: "zone", value: "z2" }]);
  expect(status.leader_weight).toBe(2);
  expect((await lone.post("/pd/api/v1/store/2/weight", { leader: -1 })).status).toBe(400);
});

/** Time passed by hand, without renewals: the lease is made to last. */
async function stayInOffice(lone: LoneMember): Promise<void> {
  const { office } = lone.member;
  if (office) office.validUntilMs = lone.member.clock.now() + 5_000;
  await lone.tick();
}

async function changeLeader(lone: LoneMember): Promise<void> {
  lone.pass(10_000);
  for (let tick = 0; tick < 3; tick += 1) await lone.tick();
}

async function stateOf(lone: LoneMember, id: number): Promise<string> {
  const { store } = JSON.parse((await lone.ask(`/pd/api/v1/store/${id}`)).text);
  return store.state_name;
}

function remove(lone: LoneMember, idAndQuery: string) {
  return lone.ask(`/pd/api/v1/store/${idAndQuery}`, { method: "DELETE" });
}

function setState(lone: LoneMember, id: string, state: string) {
  return lone.ask(`/pd/api/v1/store/${id}/state?state=${state}`, { method: "POST" });
}
