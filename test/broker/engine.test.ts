// The broker before a real engine: what it does there, and what it does not.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { MemberPlan } from "../../src/domain/subject.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { openBrokerRuntime } from "../../src/runtimes/broker/runtime.ts";
import { openBrokered } from "../../src/runtimes/docker/brokered.ts";
import { type BrokerRoom, brokerRoom } from "../support/broker-room.ts";
import { noEngine, testEngine } from "../support/docker-engine.ts";
import { createDockerToy, type DockerToy, WELL } from "../support/docker-toy.ts";
import { type EngineDetour, openDetour } from "../support/engine-detour.ts";
import { eventually } from "../support/eventually.ts";

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;
const PROGRAMS = { one: WELL, two: WELL, three: WELL };
const NAMES = Object.keys(PROGRAMS);

let toy: DockerToy;
let detour: EngineDetour;
let room: BrokerRoom;

/** As a subject's own compose file has it. */
const plan = {
  files: { "compose.yaml": `ports: ["127.0.0.1:\${OPERATOR_PORT_TOY:-20000}:8080"]` },
  members: NAMES.map((name) => ({
    ...{ name, role: "node", image: "OPERATOR_IMAGE_TOY" },
    ports: { http: "OPERATOR_PORT_TOY" },
  })),
};
const local = {
  members: [],
  readyProbe: ({ ports }: MemberPlan) => ({ port: ports.http ?? 0, path: "/health" }),
};

async function openRoom(project: string): Promise<BrokerRoom> {
  const definition = { name: "toy", local };
  const { host } = detour;
  return brokerRoom(openBrokered({ definition, plan, project, host, clock: systemClock }));
}

async function statesOf({ runtime }: DockerToy): Promise<readonly string[]> {
  return (await runtime.members()).map(({ name, state }) => `${name} ${state}`);
}

describe.skipIf(noEngine !== undefined)(`the broker before an engine${NAMED}`, () => {
  beforeEach(async () => {
    toy = await createDockerToy(PROGRAMS);
    detour = await openDetour();
    room = await openRoom(toy.site.project);
  });

  afterEach(async () => {
    await room[Symbol.asyncDispose]();
    detour[Symbol.dispose]();
    await toy[Symbol.asyncDispose]();
  });

  test("every operation that is offered is done, through the runtime of who asks", async () => {
    const { socket } = room;
    const runtime = await openBrokerRuntime({
      ...{ socket, subject: "toy", endpoints: [], settings: { token: "t" } },
    });
    const [first] = runtime.topology.members;
    expect([runtime.name, first]).toEqual([
      "broker",
      {
        ...{ name: "one", role: "node", host: "one", isStandIn: false },
        ...{ ports: { http: 8080 }, settings: { token: "t" } },
      },
    ]);
    for (const name of NAMES) await runtime.operate(name, "start");
    expect(await runtime.operate("one", "pause")).toMatchObject({ name: "one", state: "paused" });
    expect(await statesOf(toy)).toEqual(["one paused", "two running", "three running"]);
    expect(await runtime.operate("one", "resume")).toMatchObject({ state: "running" });
    const before = (await runtime.members())[1]?.pid;
    expect((await runtime.operate("two", "restart")).pid).not.toBe(before ?? null);
    expect(await runtime.operate("three", "stop")).toMatchObject({ lastExit: "exit code 3" });
    await eventually(
      async () => (await runtime.logs("one", { lines: 9 })).includes("out 3"),
      "its log is read",
    );
    await expect(runtime.operate("one", "kill")).rejects.toMatchObject({ code: "usage" });
    await expect(runtime.operate("four", "stop")).rejects.toMatchObject({ code: "not_found" });
  });

  test("a container of another project is nobody, whatever its service and name", async () => {
    const other = await createDockerToy({ one: WELL, four: WELL });
    try {
      await other.runtime.operate("one", "start");
      await other.containerOf("one").rename({ name: `${toy.site.project}_two_1` });
      for (const verb of ["start", "stop", "pause", "restart"]) {
        await room.ask({ do: verb, member: "one" });
        for (const member of ["four", `${other.site.project}_one_1`]) {
          expect(await room.ask({ do: verb, member })).toMatchObject({ ok: false });
        }
      }
      expect(await statesOf(other)).toEqual(["one running", "four stopped"]);
      const log = await room.ask({ do: "logs", member: "two", lines: 5 });
      expect(log).toEqual({ ok: true, log: "" });
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });

  test("nothing that is tried makes, removes or changes anything on the engine", async () => {
    const { client } = await testEngine();
    const inventory = async () => {
      const [containers, images] = await Promise.all([
        client.listContainers({ all: true }),
        client.listImages(),
      ]);
      return [containers.map(({ Id }) => Id).toSorted(), images.length];
    };
    const before = await inventory();
    const id = toy.containerOf("one").id;
    const verbs = ["kill", "create", "remove", "exec", "attach", "rename", "update", "commit"];
    const more = ["pull", "build", "mount", "copy", "network", "apply", "lift", "disturb", "down"];
    for (const verb of [...verbs, ...more]) {
      for (const member of ["one", id]) {
        expect(await room.ask({ do: verb, member })).toMatchObject({ ok: false, code: "conflict" });
      }
    }
    expect(await inventory()).toEqual(before);
    expect(await statesOf(toy)).toEqual(["one stopped", "two stopped", "three stopped"]);
    const refused = (await room.entries()).filter(({ event }) => event === "refused");
    expect(refused).toHaveLength(30);
    expect(refused[0]).toMatchObject({ do: "kill", member: "one" });
  });

  test("an engine that is away is said to be, and found again", async () => {
    expect(await room.ask({ do: "members" })).toMatchObject({ ok: true });
    detour.state = "cut";
    detour.hangUp();
    expect(await room.ask({ do: "members" })).toMatchObject({
      ...{ ok: false, code: "runtime" },
      message: expect.stringContaining("looking for containers of toy-"),
    });
    expect(await room.ask({ do: "stop", member: "one" })).toMatchObject({ code: "runtime" });
    detour.state = "open";
    expect(await room.ask({ do: "members" })).toMatchObject({ ok: true });
    expect(await room.ask({ do: "start", member: "one" })).toMatchObject({ ok: true });
  });

  test("a project without containers is said to have none", async () => {
    const lone = await openRoom("toy-nowhere");
    try {
      expect(await lone.ask({ do: "members" })).toMatchObject({
        ...{ ok: false, code: "runtime" },
        message: expect.stringMatching(/^looking for members of project toy-nowhere at .* none$/),
      });
    } finally {
      await lone[Symbol.asyncDispose]();
    }
  });
});
