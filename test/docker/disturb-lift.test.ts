// A disturbance is lifted whatever happened in between: to who injected it, to the member, to the
// helper. And what cannot be disturbed is refused, with nothing left of the attempt.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import type Docker from "dockerode";
import type { Disturbance } from "../../src/domain/disturbance.ts";
import { removeProject } from "../../src/runtimes/docker/down.ts";
import { noHelpers } from "../support/docker-operator.ts";
import { startTalkers, type Talkers } from "../support/docker-talkers.ts";
import { createDockerToy } from "../support/docker-toy.ts";
import { eventually } from "../support/eventually.ts";

const NAMED = noHelpers === undefined ? "" : ` (skipped: ${noHelpers})`;
const INJECTOR = join(import.meta.dir, "..", "support", "inject-disturbance.ts");
const LATENCY: Disturbance = { type: "latency", delayMs: 300, jitterMs: 0, peers: ["two"] };
const PARTITION: Disturbance = { type: "partition", direction: "both", peers: ["two"] };

let talkers: Talkers;

beforeAll(async () => {
  if (noHelpers !== undefined) return;
  talkers = await startTalkers(["one", "two"]);
});

afterEach(async () => {
  if (noHelpers !== undefined) return;
  await talkers.disturber.lift("one");
  await talkers.runtime.operate("one", "start");
});

afterAll(async () => {
  await talkers?.[Symbol.asyncDispose]();
});

function liftTest(fact: string, work: () => Promise<void>): void {
  test.skipIf(noHelpers !== undefined)(`${fact}${NAMED}`, work);
}

/** Of member one, which runs. */
async function expectNothingLeft(): Promise<void> {
  expect(await talkers.helpers()).toEqual([]);
  expect((await talkers.statusOf("one")).disturbances).toEqual([]);
  const network = await talkers.networkOf("one");
  expect(network).not.toContain("OPERATOR");
  expect(network).not.toContain("4f50:");
}

/** Another process that does it; `none` lifts. */
function inject(disturbance: Disturbance | "none"): Bun.Subprocess {
  const { topology } = talkers.runtime;
  const injection = JSON.stringify({ topology, member: "one", disturbance });
  return Bun.spawn([process.execPath, INJECTOR, injection], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function helperOfOne(): Promise<Docker.Container> {
  const { client } = talkers.toy.site.engine;
  const filters = { label: ["operator.disturbance", "operator.member=one"] };
  const [helper] = await client.listContainers({ filters });
  return client.getContainer(helper?.Id ?? "");
}

/** The one of member one, without a chance to take anything away. */
async function killHelper(): Promise<void> {
  await (await helperOfOne()).kill();
  const isDead = async () => (await talkers.helpers())[0]?.endsWith("exited");
  await eventually(isDead, "the helper is dead");
}

for (const stage of ["created", "running"]) {
  liftTest(`what an injector leaves that is killed is lifted: its helper ${stage}`, async () => {
    const injector = inject(LATENCY);
    const isAt = async () => (await talkers.helpers()).includes(`latency ${stage}`);
    await eventually(isAt, `a helper is ${stage}`);
    injector.kill("SIGKILL");
    await injector.exited;
    await talkers.disturber.lift("one");
    await expectNothingLeft();
    await talkers.disturber.lift("one");
  });
}

liftTest("so is what somebody leaves who is killed while lifting", async () => {
  await talkers.disturber.apply("one", PARTITION);
  await killHelper();
  const lifter = inject("none");
  await eventually(async () => (await talkers.helpers()).length === 2, "another helper lifts");
  lifter.kill("SIGKILL");
  await lifter.exited;
  await talkers.disturber.lift("one");
  await expectNothingLeft();
});

liftTest("the same again changes nothing, and another of its type takes its place", async () => {
  const { disturber } = talkers;
  await disturber.apply("one", PARTITION);
  const before = (await helperOfOne()).id;
  await disturber.apply("one", { ...PARTITION });
  expect((await helperOfOne()).id).toBe(before);
  await disturber.apply("one", { type: "partition", direction: "in", peers: ["two"] });
  expect((await talkers.statusOf("one")).disturbances).toMatchObject([
    { text: "partition that lets nothing in from two" },
  ]);
  expect(await talkers.helpers()).toEqual(["partition running"]);
});

liftTest("one type is lifted, and another stays", async () => {
  await talkers.disturber.apply("one", PARTITION);
  await talkers.disturber.apply("one", { type: "bandwidth", kbitPerSecond: 500 });
  await talkers.disturber.lift("one", "partition");
  expect((await talkers.statusOf("one")).disturbances).toMatchObject([{ type: "bandwidth" }]);
  await talkers.disturber.lift("one");
  await expectNothingLeft();
});

liftTest("a restarted member has another network, and its helper is lifted with it", async () => {
  await talkers.disturber.apply("one", LATENCY);
  await talkers.runtime.operate("one", "restart");
  expect((await talkers.statusOf("one")).disturbances).toEqual([]);
  await talkers.runtime.operate("two", "restart");
  expect(await talkers.helpers()).toEqual(["latency running"]);
  await talkers.disturber.lift("one");
  expect(await talkers.helpers()).toEqual([]);
  expect(await talkers.networkOf("one")).not.toContain("OPERATOR");
});

liftTest("a paused member is disturbed, and lifted, and stays paused", async () => {
  await talkers.runtime.operate("one", "pause");
  await talkers.disturber.apply("one", PARTITION);
  expect(await talkers.networkOf("one")).toContain("OPERATOR_PARTITION_IN");
  await talkers.disturber.lift("one");
  expect((await talkers.statusOf("one")).state).toBe("paused");
  await expectNothingLeft();
  await talkers.runtime.operate("one", "resume");
});

liftTest("what a killed helper has left is lifted, and told until then", async () => {
  await talkers.disturber.apply("one", PARTITION);
  await killHelper();
  expect((await talkers.statusOf("one")).disturbances).toMatchObject([{ type: "partition" }]);
  await talkers.disturber.lift("one");
  await expectNothingLeft();
});

liftTest("a helper that somebody stops lifts what it holds", async () => {
  await talkers.disturber.apply("one", LATENCY);
  await (await helperOfOne()).stop();
  expect(await talkers.helpers()).toEqual(["latency exited"]);
  expect((await talkers.statusOf("one")).disturbances).toEqual([]);
  await talkers.disturber.lift("one");
  await expectNothingLeft();
});

liftTest("a stopped member is not disturbed, and what disturbed it before is lifted", async () => {
  await talkers.disturber.apply("one", PARTITION);
  await talkers.runtime.operate("one", "kill");
  await expect(talkers.disturber.apply("one", LATENCY)).rejects.toMatchObject({
    code: "runtime",
    message: "disturbing one: it is stopped",
  });
  await talkers.disturber.lift("one");
  expect(await talkers.helpers()).toEqual([]);
});

liftTest("an attempt that is interrupted leaves nothing", async () => {
  const interrupted = AbortSignal.timeout(50);
  const attempt = talkers.disturber.apply("one", LATENCY, interrupted);
  await expect(attempt).rejects.toMatchObject({ code: "interrupted" });
  expect(await talkers.helpers()).toEqual([]);
  expect(await talkers.networkOf("one")).not.toContain("OPERATOR");
});

liftTest("what cannot be is refused before anything is done", async () => {
  const { disturber } = talkers;
  const refused: readonly (readonly [Disturbance, string, RegExp])[] = [
    [{ ...LATENCY, peers: ["three"] }, "not_found", /^no member "three" in toy/],
    [{ ...LATENCY, peers: ["one"] }, "usage", /it is no peer of its own$/],
    [{ ...LATENCY, peers: [] }, "usage", /no peers are named$/],
    [{ type: "loss", percent: 101, peers: ["two"] }, "usage", /expected number to be <=100/],
    [{ type: "cpu", cpus: 0.1 }, "runtime", /no label operator.cpus$/],
    [{ type: "disk", freeBytes: 0 }, "runtime", /it has none, and the host's disk is never/],
  ];
  for (const [disturbance, code, message] of refused) {
    const attempt = disturber.apply("one", disturbance);
    await expect(attempt).rejects.toMatchObject({ code });
    await expect(attempt).rejects.toThrow(message);
  }
  expect(await talkers.helpers()).toEqual([]);
});

liftTest("a network that is the host's, or another's, is left alone", async () => {
  await using others = await createDockerToy({ one: "", two: "" });
  const { engine } = others.site;
  const one = others.containerOf("one");
  const { Image, Config } = await one.inspect();
  await one.remove();
  const shared = `container:${others.containerOf("two").id}`;
  for (const NetworkMode of ["host", shared]) {
    const made = await engine.client.createContainer({
      Image,
      Entrypoint: ["/bun"],
      Labels: Config.Labels,
      HostConfig: { NetworkMode },
    });
    const bound = { type: "bandwidth", kbitPerSecond: 1 } as const;
    const attempt = others.runtime.disturber?.apply("one", bound);
    await expect(attempt).rejects.toThrow("disturbing one: its network is not its own");
    await made.remove();
  }
});

liftTest("an engine without our image is told how it is made", async () => {
  await using others = await startTalkers(["one", "two"], { helperImage: "operator-test/none:1" });
  await expect(others.disturber.apply("one", PARTITION)).rejects.toMatchObject({
    code: "runtime",
    message: "the docker engine does not have operator-test/none:1, our own image",
    hint: expect.stringContaining("docker build --file docker/operator.Dockerfile"),
  });
  await others.disturber.lift("one");
});

liftTest("down leaves no helper, and a member that is gone has nothing to lift", async () => {
  await using others = await startTalkers(["one", "two"]);
  await others.disturber.apply("one", PARTITION);
  await others.toy.containerOf("one").remove({ force: true });
  await others.disturber.lift("one");
  expect(await others.helpers()).toEqual([]);
  await others.disturber.apply("two", { type: "bandwidth", kbitPerSecond: 100 });
  await removeProject(others.toy.site);
  expect(await others.helpers()).toEqual([]);
});
