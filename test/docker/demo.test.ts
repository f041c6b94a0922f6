// The demos in containers, by the executable as it is published: as they end, and what is left when
// they do not.
import { expect, setDefaultTimeout, test } from "bun:test";
import { openDemoRoom } from "../support/docker-demo.ts";
import { noEngine, testEngine } from "../support/docker-engine.ts";
import { limiterImages } from "../support/docker-limiter.ts";
import { countLeft } from "../support/docker-site.ts";
import { apparentlyRealTikvImages, tikvImages } from "../support/docker-tikv.ts";
import { eventually } from "../support/eventually.ts";
import { openLiveDemo } from "../support/live-demo.ts";
import { playTo } from "../support/play-demo.ts";

setDefaultTimeout(120_000);

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;
const TIKV = "demo tikv --headless --json --model runbook --seed 1 --fault store_kill";
const LIMITER = "demo ratelimiter --headless --json --model runbook --seed 1 --fault counter_drift";
const NOTHING = [0, 0, 0];
/** On a busy machine. */
const UP_MS_MAX = 60_000;

function dockerTest(fact: string, work: () => Promise<void>): void {
  test.skipIf(noEngine !== undefined)(`${fact}${NAMED}`, work);
}

async function projects(): Promise<readonly string[]> {
  const { client } = await testEngine();
  const label = "com.docker.compose.project";
  const found = await client.listContainers({ all: true, filters: { label: [label] } });
  return [...new Set(found.map(({ Labels }) => Labels[label] ?? ""))];
}

dockerTest("TiKV's demo ends in a proven repair, and leaves nothing", async () => {
  await using room = await openDemoRoom(await tikvImages());
  const { code, text, steps, summary } = await room.play(TIKV);
  expect(steps.cluster_up).toBe("tikv is up and well, in containers: stand-ins, timers ÷ 10");
  expect(summary, text).toMatchObject({
    resolution: "verified_fix",
    ledger: "kept",
    writesLost: 0,
  });
  expect(code).toBe(0);
  expect(await countLeft()).toEqual(NOTHING);
});

dockerTest("without an agent it ends unresolved, and leaves nothing either", async () => {
  await using room = await openDemoRoom(await tikvImages());
  const { code, text, summary } = await room.play(`${TIKV} --no-agent --runtime docker`);
  expect(summary, text).toMatchObject({ detected: true, resolution: "unresolved", writesLost: 0 });
  expect(code).toBe(3);
  expect(await countLeft()).toEqual(NOTHING);
});

dockerTest("real members are loaded by go-ycsb, and no claim is made of their writes", async () => {
  await using room = await openDemoRoom(await apparentlyRealTikvImages());
  const { code, text, steps, summary } = await room.play(TIKV);
  expect(steps.cluster_up).toBe("tikv is up and well, in containers: real members");
  expect(summary, text).toMatchObject({ resolution: "verified_fix", ledger: "no_ledger" });
  expect(summary.writesLost).toBeNull();
  expect(summary.writesAcknowledged).toBeGreaterThan(0);
  expect(code).toBe(0);
  expect(await countLeft()).toEqual(NOTHING);
});

dockerTest("the rate limiter's demo ends in a proven repair, and leaves nothing", async () => {
  await using room = await openDemoRoom(await limiterImages());
  const { code, text, steps, summary } = await room.play(LIMITER);
  expect(steps.cluster_up).toBe("ratelimiter is up and well, in containers: real members");
  expect(summary, text).toMatchObject({ resolution: "verified_fix", allowedAboveLimit: 0 });
  expect(code).toBe(0);
  expect(await countLeft()).toEqual(NOTHING);
});

dockerTest("what a killed demo left goes with the next one, which a signal ends", async () => {
  await using room = await openDemoRoom(await tikvImages());
  const killed = room.start(TIKV);
  await eventually(() => killed.text().includes("load is on"), "it plays", UP_MS_MAX);
  const left = await projects();
  await killed.end("SIGKILL");
  const next = room.start(TIKV);
  await eventually(() => /pd\d answers/.test(next.text()), "the next one is raised", UP_MS_MAX);
  const now = await projects();
  expect([left, now]).toEqual([[expect.any(String)], [expect.not.stringMatching(left[0] ?? "")]]);
  expect(await next.end("SIGTERM")).toBe(130);
  expect(await countLeft()).toEqual(NOTHING);
  expect(await room.homes()).toEqual([]);
});

dockerTest("on a screen the story is told of containers, and Ctrl-C takes them down", async () => {
  const env = { DOCKER_HOST: (await testEngine()).host, ...(await tikvImages()) };
  await using demo = await openLiveDemo({ columns: 80, rows: 24, env });
  await demo.untilShown(/three stores in ┃\n.*containers: stand-ins for TiKV/);
  await playTo(demo, 2);
  await demo.untilShown(/Cluster tikv · docker: stand-ins ÷ 10/);
  await demo.untilShown(/Six containers start/);
  demo.pty.type("\u0003");
  expect(await demo.pty.exited).toBe(0);
  expect(await demo.leftBehind()).toEqual([]);
  expect(await countLeft()).toEqual(NOTHING);
});
