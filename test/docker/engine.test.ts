import { afterEach, expect, test } from "bun:test";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { describeDockerEngine } from "../../src/runtimes/docker/describe-engine.ts";
import { connectEngine } from "../../src/runtimes/docker/engine.ts";
import { asNobody } from "../support/as-nobody.ts";
import { builtOperator } from "../support/built-operator.ts";

const cleanups: (() => unknown)[] = [];
const START = "start Docker, or name an engine with DOCKER_HOST";

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** On a socket of its own; as DOCKER_HOST. */
async function startEngine(answer: RequestListener): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "operator-docker-"));
  await chmod(dir, 0o755);
  await listen(answer, join(dir, "docker.sock"));
  cleanups.push(() => rm(dir, { recursive: true }));
  return `unix://${join(dir, "docker.sock")}`;
}

/** The port, where it is one. */
async function listen(answer: RequestListener, where: string | number): Promise<number> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(where, resolve));
  cleanups.push(() => server.closeAllConnections());
  cleanups.push(() => server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function engineOf(version: { Version: string; ApiVersion: string }): RequestListener {
  return (_, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(version));
  };
}

const TODAYS = engineOf({ Version: "28.1.0", ApiVersion: "1.49" });

test("an engine that answers is available, with its version", async () => {
  const host = await startEngine(TODAYS);
  expect(await describeDockerEngine(host)).toEqual({ state: "available", version: "28.1.0" });
});

test("an engine on a socket or on loopback publishes ports here, another does not", async () => {
  const port = await listen(TODAYS, 0);
  const isHere = async (host: string) => (await connectEngine(host)).isHere;
  expect(await isHere(await startEngine(TODAYS))).toBe(true);
  expect(await isHere(`tcp://127.0.0.1:${port}`)).toBe(true);
  expect(await isHere(`localhost:${port}`)).toBe(true);
  expect(await isHere(`tcp://${hostname()}:${port}`)).toBe(false);
});

test("a socket without an engine is absent, with the remedy", async () => {
  const host = `unix://${join(tmpdir(), "operator-no-such-engine.sock")}`;
  expect(await describeDockerEngine(host)).toEqual({
    state: "absent",
    reason: `looking for a docker engine at ${host}: no socket is there`,
    remedy: START,
  });
});

test("a port where nobody listens is absent, with the remedy", async () => {
  const reason = "looking for a docker engine at tcp://127.0.0.1:9: nobody listens there";
  expect(await describeDockerEngine("tcp://127.0.0.1:9")).toEqual({
    state: "absent",
    reason,
    remedy: START,
  });
});

test("the executable's only line on it is its own", async () => {
  const home = await mkdtemp(join(tmpdir(), "operator-home-"));
  cleanups.push(() => rm(home, { recursive: true }));
  const child = Bun.spawn([await builtOperator(), "subject", "up", "tikv", "--runtime", "docker"], {
    env: { OPERATOR_HOME: home, DOCKER_HOST: "tcp://127.0.0.1:9" },
    stderr: "pipe",
  });
  expect(await child.stderr.text()).toBe(
    `operator: looking for a docker engine at tcp://127.0.0.1:9: nobody listens there\n` +
      `hint: ${START}\n`,
  );
});

test("an engine that accepts and says nothing is absent after a second", async () => {
  const host = await startEngine(() => undefined);
  expect(await describeDockerEngine(host)).toMatchObject({
    state: "absent",
    reason: `looking for a docker engine at ${host}: no answer in 1000 ms`,
  });
});

test("somebody else's answer is no engine", async () => {
  const host = await startEngine((_, response) => void response.end("<html>"));
  expect(await describeDockerEngine(host)).toEqual({
    state: "absent",
    reason: `looking for a docker engine at ${host}: the answer is not Docker's`,
    remedy: "DOCKER_HOST must name a Docker engine",
  });
});

test("an engine that is too old says which would do", async () => {
  const host = await startEngine(engineOf({ Version: "18.06.3-ce", ApiVersion: "1.38" }));
  expect(await describeDockerEngine(host)).toEqual({
    state: "absent",
    reason: `docker engine 18.06.3-ce at ${host} speaks API 1.38: too old`,
    remedy: "update it to 19.03 or later (API 1.40), or name another with DOCKER_HOST",
  });
});

test("an API of one digit is older than one of two", async () => {
  const host = await startEngine(engineOf({ Version: "1.7", ApiVersion: "1.9" }));
  expect(await describeDockerEngine(host)).toMatchObject({ state: "absent" });
});

test.skipIf(process.getuid?.() !== 0)(
  "a socket that is not this user's names the group (needs root)",
  async () => {
    const host = await startEngine(TODAYS);
    await chmod(host.slice("unix://".length), 0o600);
    await asNobody(async () => {
      const reason = `looking for a docker engine at ${host}: this user may not use it`;
      const remedy = expect.stringMatching(/^let an administrator add you to its group, /);
      expect(await describeDockerEngine(host)).toEqual({ state: "absent", reason, remedy });
    });
  },
);

test("a proxy that refuses is told in its own words", async () => {
  const host = await startEngine((_, response) => {
    response.writeHead(403, { "content-type": "application/json" });
    response.end(JSON.stringify({ message: "reads are not allowed" }));
  });
  expect(await describeDockerEngine(host)).toMatchObject({
    reason: "looking for a docker engine: the docker engine says: reads are not allowed",
  });
});

test.each(["unix://", "ftp://here", "tcp://", "/run/docker.sock", "http//here", "a b"])(
  "DOCKER_HOST %p is refused, with the forms that it can have",
  async (host) => {
    const refusal = { code: "usage", message: `DOCKER_HOST "${host}": names no docker engine` };
    const hint = expect.stringContaining("unix:///var/run/docker.sock, tcp://host:2375 or host:");
    await expect(connectEngine(host)).rejects.toMatchObject({ ...refusal, hint });
  },
);

test("an engine behind ssh is refused, with two ways to it", async () => {
  await expect(connectEngine("ssh://me@box:2222")).rejects.toMatchObject({
    code: "usage",
    message: 'DOCKER_HOST "ssh://me@box:2222": no engine is asked through ssh',
    hint:
      "run operator on that host; or `ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock " +
      "-p 2222 me@box` and DOCKER_HOST=unix:///tmp/engine.sock",
  });
});
