import { afterEach, expect, test } from "bun:test";
import type { Clock } from "../../src/domain/clock.ts";
import type { FollowOptions, RuntimeEvent } from "../../src/domain/runtime.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { connectEngine } from "../../src/runtimes/docker/engine.ts";
import { watchDockerEvents } from "../../src/runtimes/docker/events.ts";
import { noEngine, testEngine } from "../support/docker-engine.ts";
import { createDockerToy, type DockerToy, WELL } from "../support/docker-toy.ts";
import { type EngineDetour, openDetour } from "../support/engine-detour.ts";
import { eventually } from "../support/eventually.ts";

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function dockerTest(fact: string, work: (toy: DockerToy) => Promise<void>): void {
  test.skipIf(noEngine !== undefined)(`${fact}${NAMED}`, async () => {
    await work(await openToy());
  });
}

async function openToy(): Promise<DockerToy> {
  const toy = await createDockerToy({ one: WELL, two: WELL });
  cleanups.push(() => toy[Symbol.asyncDispose]());
  return toy;
}

interface Following {
  /** "one die", "lost", "following" */
  readonly words: string[];
  stop(): Promise<void>;
}

function follow(start: (options: FollowOptions) => Promise<void> | undefined): Following {
  const words: string[] = [];
  const controller = new AbortController();
  const onEvent = (event: RuntimeEvent) => {
    words.push(event.type === "changed" ? `${event.member} ${event.change}` : event.type);
  };
  const done = start({ signal: controller.signal, onEvent });
  const stop = async () => {
    controller.abort();
    await done;
  };
  cleanups.push(stop);
  return { words, stop };
}

/** Sees the toy by another way, and how far it has got is seen by a first event. */
async function followByDetour(
  { site, runtime }: DockerToy,
  clock: Clock = systemClock,
): Promise<{ readonly words: string[]; readonly detour: EngineDetour }> {
  const detour = await openDetour();
  cleanups.push(() => detour[Symbol.dispose]());
  const detoured = { ...site, engine: await connectEngine(detour.host) };
  const { words } = follow((options) => watchDockerEvents({ ...options, site: detoured, clock }));
  await eventually(async () => {
    await runtime.operate("two", "restart");
    return words.includes("two start");
  }, "the stream is there");
  return { words, detour };
}

dockerTest("a member that is killed is told of within a second", async ({ runtime }) => {
  await runtime.operate("one", "start");
  const { words } = follow((options) => runtime.follow?.(options));
  await runtime.operate("two", "start");
  await eventually(() => words.includes("two start"), "the start is told");
  await runtime.operate("one", "kill");
  await eventually(() => words.includes("one die"), "the end is told", 1_000);
  expect(words).not.toContain("lost");
});

dockerTest("nothing is told after the end of following", async ({ runtime }) => {
  const { words, stop } = follow((options) => runtime.follow?.(options));
  await runtime.operate("one", "start");
  await eventually(() => words.includes("one start"), "the start is told");
  await stop();
  const before = [...words];
  await runtime.operate("one", "kill");
  expect(words).toEqual(before);
});

dockerTest("another project's containers are not told of", async ({ runtime }) => {
  const other = await openToy();
  const { words } = follow((options) => runtime.follow?.(options));
  await other.runtime.operate("one", "start");
  await runtime.operate("two", "start");
  await eventually(() => words.includes("two start"), "ours is told");
  expect(words.filter((word) => word.startsWith("one"))).toEqual([]);
});

dockerTest(
  "a stream that is lost is said so once; what was missed is seen afterwards",
  async (toy) => {
    const { words, detour } = await followByDetour(toy);
    detour.state = "cut";
    detour.hangUp();
    await eventually(() => words.includes("lost"), "the loss is noticed");
    await toy.runtime.operate("two", "kill");
    detour.state = "open";
    await eventually(() => words.includes("two stopped"), "the missed end is seen");
    await eventually(() => words.includes("following"), "the stream is there again");
    expect(words.filter((word) => word === "lost" || word === "following")).toEqual([
      "lost",
      "following",
    ]);
  },
);

dockerTest("without a stream, members are looked at", async (toy) => {
  const { words, detour } = await followByDetour(toy);
  detour.state = "no_events";
  detour.hangUp();
  await eventually(() => words.includes("lost"), "the loss is noticed");
  await toy.runtime.operate("two", "pause");
  await eventually(() => words.includes("two paused"), "the change is seen");
  expect(words).not.toContain("following");
});

dockerTest("an engine that falls silent is lost, though nobody hung up", async (toy) => {
  const { words, detour } = await followByDetour(toy);
  detour.state = "silent";
  await eventually(() => words.includes("lost"), "the silence is noticed");
});

dockerTest("an engine that is restarted is followed again, its members stopped", async (toy) => {
  await toy.runtime.operate("one", "start");
  const { words } = follow((options) => toy.runtime.follow?.(options));
  await toy.runtime.operate("two", "start");
  await eventually(() => words.includes("two start"), "the stream is there");
  await (await testEngine()).restart();
  await eventually(() => words.includes("following"), "the stream is there again");
  expect((await toy.runtime.members()).map(({ state }) => state)).toEqual(["stopped", "stopped"]);
  await toy.runtime.operate("one", "start");
  await eventually(
    () => words.lastIndexOf("one start") > words.indexOf("following"),
    "it tells on",
  );
});
