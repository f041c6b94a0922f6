// Members that are real programs: started behind a gate, on record before they run.
import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SubjectDefinition } from "../../src/domain/subject.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { downLocal } from "../../src/runtimes/local/down.ts";
import { memberPaths, subjectPaths } from "../../src/runtimes/local/layout.ts";
import { createLocalRuntime, type OpenLocalOptions } from "../../src/runtimes/local/open.ts";
import { allowLaunch, forbidLaunches, readProcess } from "../../src/runtimes/local/records.ts";
import { spawnMember } from "../../src/runtimes/local/spawn.ts";
import { upLocal } from "../../src/runtimes/local/up.ts";
import { toyOperator } from "../support/toy-operator.ts";
import { toy } from "../support/toy-subject.ts";

/** Answers PING as Redis does, after it has told its pid to a file. */
const PROGRAM = `
  require("node:fs").writeFileSync("pid", String(process.pid));
  require("node:net").createServer((socket) => {
    socket.on("data", () => socket.write("+PONG\\r\\n"));
  }).listen(Number(process.argv.at(-1)), "127.0.0.1");
`;

/** `programs` are looked for on PATH; a path that is absolute is found as it is. */
function withProgram(...programs: readonly string[]): SubjectDefinition {
  const runsAs = { programs };
  return {
    ...toy,
    local: {
      members: [{ name: "one", role: "node", runsAs, ports: ["http"], settings: {} }],
      readyProbe: ({ isStandIn, ports: { http: port = 0 } }) =>
        isStandIn ? { port, path: "/health" } : { port, send: "PING\r\n", expects: "+PONG" },
      sharedSettings: () => ({ token: "shared" }),
      programWords: async ({ member }) => ["-e", PROGRAM, "--", String(member.ports.http)],
    },
  };
}

async function createHome(definition: SubjectDefinition) {
  const home = await realpath(await mkdtemp(join(tmpdir(), "operator-program-")));
  const clock = systemClock;
  const options: OpenLocalOptions = { definition, home, self: toyOperator, clock };
  const paths = subjectPaths(home, definition.name);
  return {
    paths,
    files: memberPaths(paths, "one"),
    async up() {
      const { signal } = new AbortController();
      const topology = await upLocal({ ...options, timeScale: 1, signal });
      const subject = { ...options, topology, paths };
      return { topology, subject, runtime: createLocalRuntime(subject) };
    },
    async [Symbol.asyncDispose]() {
      await downLocal({ subject: definition.name, home, clock });
      await rm(home, { recursive: true, force: true });
    },
  };
}

test("a program that is there is the member, handled as any other", async () => {
  await using home = await createHome(withProgram("no-such-program", process.execPath));
  const { topology, runtime } = await home.up();
  expect(topology.members).toMatchObject([
    { isStandIn: false, program: process.execPath, settings: { token: "shared" } },
  ]);
  expect(statSync(home.paths.topology).mode & 0o777).toBe(0o600);
  const [status] = await runtime.members();
  expect(status?.state).toBe("running");
  expect(await Bun.file(join(home.files.data, "pid")).text()).toBe(String(status?.pid));
  expect((await runtime.operate("one", "pause")).state).toBe("paused");
  expect((await runtime.operate("one", "resume")).state).toBe("running");
  expect((await runtime.operate("one", "kill")).lastExit).toBe("SIGKILL");
  const again = await runtime.operate("one", "start");
  expect(again.state).toBe("running");
  expect(again.pid).not.toBe(status?.pid);
});

test("where no such program is found a stand-in of ours is the member, and says so", async () => {
  await using home = await createHome(withProgram("no-such-program"));
  const { topology, runtime } = await home.up();
  expect(topology.members[0]?.program).toBeUndefined();
  expect(await runtime.members()).toMatchObject([{ isStandIn: true, state: "running" }]);
});

test("a program whose start was taken back never begins", async () => {
  await using home = await createHome(withProgram(process.execPath));
  const { subject, runtime, topology } = await home.up();
  await runtime.operate("one", "kill");
  await rm(join(home.files.data, "pid"));
  const before = await readProcess(home.files);
  const [plan] = topology.members;
  if (!plan) throw new Error("there is one member");
  await allowLaunch(home.files, "late");
  await forbidLaunches(home.files);
  const place = { name: "one", paths: home.files, clock: systemClock };
  const member = { subject, plan, ...place };
  const child = await spawnMember(member, "late");
  expect(await child.exited).not.toBe(0);
  expect(await Bun.file(join(home.files.data, "pid")).exists()).toBe(false);
  expect(await readProcess(home.files)).toEqual(before);
});
