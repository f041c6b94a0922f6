// Changing PD's settings, and what follows from them.
import { expect, test } from "bun:test";
import { bootstrap, type LoneMember, lead, startLoneMember } from "./lone-member.ts";

test("the replication settings are a fresh cluster's", async () => {
  const lone = await startLoneMember();
  expect((await lone.ask("/pd/api/v1/config/replicate")).text).toBe(
    '{\n  "max-replicas": 3,\n  "location-labels": "",\n  "strictly-match-label": "false",\n' +
      '  "enable-placement-rules": "true",\n  "enable-placement-rules-cache": "false",\n' +
      '  "isolation-level": ""\n}\n',
  );
});

test("the placement rule follows the replication, and is refused where rules are off", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  const rules = "/pd/api/v1/config/rules";
  await lone.post("/pd/api/v1/config/replicate", { "max-replicas": 5, "location-labels": "zone" });
  expect(JSON.parse((await lone.ask(rules)).text)).toMatchObject([
    { group_id: "pd", id: "default", role: "voter", count: 5, location_labels: ["zone"] },
  ]);
  await lone.post("/pd/api/v1/config/replicate", { "enable-placement-rules": "false" });
  expect(await lone.ask(rules)).toMatchObject({ status: 412 });
});

test("with more replicas wanted every region misses a peer, once it reports", async () => {
  const lone = await startLoneMember();
  const regionIds = await bootstrap(lone);
  const change = { "replication.max-replicas": 5 };
  const changed = await lone.post("/pd/api/v1/config", change);
  expect(changed.text).toBe('"The config is updated."\n');
  expect(await countOf(lone, "miss-peer")).toBe(0);
  await lead(lone, 1, regionIds);
  expect(await countOf(lone, "miss-peer")).toBe(6);
  await lone.post("/pd/api/v1/config/replicate", { "max-replicas": 2 });
  await lead(lone, 1, regionIds);
  expect({
    miss: await countOf(lone, "miss-peer"),
    extra: await countOf(lone, "extra-peer"),
  }).toEqual({ miss: 0, extra: 6 });
});

test("a region check without a finding is an empty list", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  const { text } = await lone.ask("/pd/api/v1/regions/check/down-peer");
  expect(text).toBe('{"count":0,"regions":[]}');
});

test("a duration is kept in Go's words, and shortens Down", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  await lone.post("/pd/api/v1/config/schedule", { "max-store-down-time": "90s" });
  const { text } = await lone.ask("/pd/api/v1/config/schedule");
  expect(JSON.parse(text)["max-store-down-time"]).toBe("1m30s");
  lone.pass(4_000);
  await lone.post("/pd/api/v1/config", { "max-store-down-time": "3s" });
  const check = await lone.ask("/pd/api/v1/stores/check?state=Down");
  expect(JSON.parse(check.text).count).toBe(3);
});

const REFUSED: readonly (readonly [string, unknown])[] = [
  ["replication.max-replicas", 0],
  ["replication.max-replicas", "three"],
  ["schedule.max-store-down-time", "soon"],
  ["schedule.leader-schedule-limit", 1.5],
  ["schedule.enable-witness", "perhaps"],
  ["schedule.no-such-item", 1],
  ["no-such-prefix.item", 1],
  ["no-such-item", 1],
];

test.each(REFUSED)("%s does not become %p", async (name, value) => {
  const lone = await startLoneMember();
  const before = (await lone.ask("/pd/api/v1/config")).text;
  const input = { "schedule.leader-schedule-limit": 9, [name]: value };
  expect((await lone.post("/pd/api/v1/config", input)).status).toBe(400);
  expect((await lone.ask("/pd/api/v1/config")).text).toBe(before);
});

test("a body that is no JSON is a 400", async () => {
  const lone = await startLoneMember();
  const answer = await lone.ask("/pd/api/v1/config", { method: "POST", body: "{" });
  expect(answer.status).toBe(400);
});

async function countOf(lone: LoneMember, check: string): Promise<number> {
  return JSON.parse((await lone.ask(`/pd/api/v1/regions/check/${check}`)).text).count;
}
