import { afterEach, expect, test } from "bun:test";
import type { MemberStatus } from "../../src/domain/runtime.ts";
import { PROJECT_LABEL } from "../../src/runtimes/docker/container.ts";
import { removeProject } from "../../src/runtimes/docker/down.ts";
import { noEngine } from "../support/docker-engine.ts";
import { createDockerToy, type DockerToy, FAILING, WELL } from "../support/docker-toy.ts";
import { eventually } from "../support/eventually.ts";

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;

let toy: DockerToy | undefined;

afterEach(async () => {
  await toy?.[Symbol.asyncDispose]();
  toy = undefined;
});

/** On a real engine, with the members one and two unless told otherwise. */
function dockerTest(
  fact: string,
  work: (toy: DockerToy) => Promise<void>,
  programs: Readonly<Record<string, string>> = { one: WELL, two: WELL },
): void {
  test.skipIf(noEngine !== undefined)(`${fact}${NAMED}`, async () => {
    toy = await createDockerToy(programs);
    await work(toy);
  });
}

function statesOf(members: readonly MemberStatus[]): readonly string[] {
  return members.map(({ name, state }) => `${name} ${state}`);
}

dockerTest(
  "members come in declared order, and never started ones have no last exit",
  async (toy) => {
    const [one] = await toy.runtime.members();
    expect(one).toEqual({
      name: "one",
      role: "node",
      state: "stopped",
      isStandIn: true,
      pid: null,
      startedAtMs: null,
      ports: { http: expect.any(Number) },
      lastExit: null,
      hasFailed: false,
      disturbances: [],
    });
    expect(statesOf(await toy.runtime.members())).toEqual(["one stopped", "two stopped"]);
  },
);

dockerTest(
  "start returns when the member answers, and changes nothing when it runs",
  async (toy) => {
    const before = Date.now();
    const started = await toy.runtime.operate("one", "start");
    const answer = await fetch(`http://127.0.0.1:${started.ports.http}/health`);
    expect([started.state, await answer.text()]).toEqual(["running", "well"]);
    expect(started.startedAtMs).toBeWithin(before - 1_000, Date.now() + 1_000);
    expect(await toy.runtime.operate("one", "start")).toEqual(started);
    expect(statesOf(await toy.runtime.members())).toEqual(["one running", "two stopped"]);
  },
);

dockerTest("stop lets a member end by itself, also one that is paused", async (toy) => {
  await toy.runtime.operate("one", "start");
  const stopped = await toy.runtime.operate("one", "stop");
  expect(stopped).toMatchObject({
    state: "stopped",
    lastExit: "exit code 3",
    hasFailed: true,
    pid: null,
  });
  expect(await toy.runtime.operate("one", "stop")).toEqual(stopped);
  await toy.runtime.operate("one", "start");
  await toy.runtime.operate("one", "pause");
  expect(await toy.runtime.operate("one", "stop")).toMatchObject({ lastExit: "exit code 3" });
});

dockerTest("kill ends a member, also one that is paused, and it stays dead", async (toy) => {
  await toy.runtime.operate("one", "start");
  const killed = { state: "stopped", lastExit: "SIGKILL" };
  expect(await toy.runtime.operate("one", "kill")).toMatchObject(killed);
  expect(await toy.runtime.operate("one", "kill")).toMatchObject(killed);
  await toy.runtime.operate("one", "start");
  await toy.runtime.operate("one", "pause");
  expect(await toy.runtime.operate("one", "kill")).toMatchObject(killed);
});

dockerTest(
  "restart gives a running member another process, and a stopped one its first",
  async (toy) => {
    const first = await toy.runtime.operate("one", "restart");
    const second = await toy.runtime.operate("one", "restart");
    expect([first.state, second.state]).toEqual(["running", "running"]);
    expect(second.pid).not.toBe(first.pid);
  },
);

dockerTest("pause and resume change a state once, and not the process", async (toy) => {
  const { pid } = await toy.runtime.operate("one", "start");
  for (const _ of [1, 2]) {
    expect(await toy.runtime.operate("one", "pause")).toMatchObject({ state: "paused", pid });
  }
  for (const _ of [1, 2]) {
    expect(await toy.runtime.operate("one", "resume")).toMatchObject({ state: "running", pid });
  }
});

dockerTest("what a state does not allow is refused in the words of every runtime", async (toy) => {
  const { runtime } = toy;
  await expect(runtime.operate("one", "pause")).rejects.toMatchObject({
    code: "conflict",
    message: "pausing one: it is stopped",
    hint: "start one first",
  });
  await expect(runtime.operate("one", "resume")).rejects.toMatchObject({ code: "conflict" });
  await runtime.operate("one", "start");
  await runtime.operate("one", "pause");
  await expect(runtime.operate("one", "start")).rejects.toMatchObject({
    code: "conflict",
    message: "starting one: it is paused, not stopped",
  });
});

dockerTest("an unknown member is not found, and the valid ones are named", async (toy) => {
  const refusal = { code: "not_found", message: 'no member "three" in toy: one of one, two' };
  await expect(toy.runtime.operate("three", "start")).rejects.toMatchObject(refusal);
  await expect(toy.runtime.logs("three", { lines: 1 })).rejects.toMatchObject(refusal);
});

dockerTest("a container that is not the project's is no member, whatever its name", async (toy) => {
  const other = await createDockerToy({ one: WELL });
  try {
    await other.runtime.operate("one", "start");
    await other.containerOf("one").rename({ name: `${toy.site.project}_two_1` });
    expect(statesOf(await toy.runtime.members())).toEqual(["one stopped", "two stopped"]);
    await toy.runtime.operate("two", "kill");
    expect(statesOf(await other.runtime.members())).toEqual(["one running"]);
  } finally {
    await other[Symbol.asyncDispose]();
  }
});

dockerTest(
  "a member whose container was removed is stopped, and cannot be started",
  async (toy) => {
    await toy.containerOf("two").remove();
    expect((await toy.runtime.members())[1]).toMatchObject({ state: "stopped", lastExit: "gone" });
    await expect(toy.runtime.operate("two", "start")).rejects.toMatchObject({
      code: "runtime",
      message: `starting two: its container is gone, project ${toy.site.project} has none`,
      hint: "operator subject up toy makes it again",
    });
  },
);

dockerTest("a log holds both streams, and as many lines as were asked for", async (toy) => {
  await toy.runtime.operate("one", "start");
  const log = (lines: number) => toy.runtime.logs("one", { lines });
  await eventually(async () => (await log(9)).includes("out 3"), "three lines are written");
  expect((await log(9)).split("\n").toSorted()).toEqual(["err 2", "out 1", "out 3"]);
  expect((await log(1)).split("\n")).toHaveLength(1);
  expect(await toy.runtime.logs("two", { lines: 9 })).toBe("");
});

dockerTest("a log is followed until the container ends, or nobody listens", async (toy) => {
  await toy.runtime.operate("one", "start");
  const follow = (signal: AbortSignal) => {
    const lines: string[] = [];
    const onLine = (line: string) => void lines.push(line);
    const over = toy.runtime.followLog?.("one", { lines: 9, signal, onLine });
    return { lines, over };
  };
  const stop = new AbortController();
  const [toItsEnd, stopped] = [follow(new AbortController().signal), follow(stop.signal)];
  await eventually(() => toItsEnd.lines.length === 3, "three lines are written");
  stop.abort();
  await stopped.over;
  await fetch(`http://127.0.0.1:${(await toy.runtime.members())[0]?.ports.http}/out-4`);
  await eventually(() => toItsEnd.lines.length === 4, "a fourth is written");
  await toy.runtime.operate("one", "kill");
  await toItsEnd.over;
  expect(toItsEnd.lines.toSorted()).toEqual(["err 2", "out 1", "out 3", "out 4"]);
  expect(stopped.lines).not.toContain("out 4");
});

dockerTest(
  "a member that ends before it answers is told with its exit and its log",
  async ({ runtime }) => {
    await expect(runtime.operate("one", "start")).rejects.toMatchObject({
      code: "runtime",
      message:
        "starting one of toy: it ended before it answered (exit code 7); " +
        "the end of its log:\n  no disk",
      hint: "operator subject logs toy one",
    });
  },
  { one: FAILING },
);

dockerTest(
  "a start that is interrupted says so",
  async ({ runtime }) => {
    await expect(runtime.operate("one", "start", AbortSignal.timeout(300))).rejects.toMatchObject({
      code: "interrupted",
      message: "starting one of toy: interrupted",
    });
  },
  { one: "setInterval(() => {}, 1000)" },
);

dockerTest("a network that a container is just leaving is taken down, too", async (toy) => {
  const { engine } = toy.site;
  const project = `${toy.site.project}-leaving`;
  const Labels = { [PROJECT_LABEL]: project };
  const network = await engine.client.createNetwork({ Name: project, Labels });
  await toy.runtime.operate("one", "start");
  const Container = toy.containerOf("one").id;
  await network.connect({ Container });
  const removing = removeProject({ engine, project });
  // The engine refuses to remove it until then.
  await Bun.sleep(600);
  await network.disconnect({ Container });
  await removing;
  const filters = { label: [`${PROJECT_LABEL}=${project}`] };
  expect(await engine.client.listNetworks({ filters })).toEqual([]);
});
