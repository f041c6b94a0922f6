// The rate limiter in containers, from the executable as it is published: the compose file as it
// is, our own image, and the redis-server of this machine in the place of the official image.
import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import type { Topology } from "../../src/domain/subject.ts";
import { noEngine, testEngine } from "../support/docker-engine.ts";
import { limiterImages } from "../support/docker-limiter.ts";
import { countLeft, type DockerSite, openDockerSite } from "../support/docker-site.ts";
import { eventually } from "../support/eventually.ts";

setDefaultTimeout(120_000);

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;

function dockerTest(fact: string, work: (site: DockerSite) => Promise<void>): void {
  test.skipIf(noEngine !== undefined)(`${fact}${NAMED}`, async () => {
    await using site = await openDockerSite("ratelimiter", await limiterImages());
    await work(site);
  });
}

interface Members {
  readonly token: string;
  port(member: string, name: string): number;
}

async function membersOf({ home }: DockerSite): Promise<Members> {
  const topology: Topology = await Bun.file(
    join(home, "subjects/ratelimiter/topology.json"),
  ).json();
  const planOf = (name: string) => topology.members.find((member) => member.name === name);
  return {
    token: String(planOf("redis")?.settings.token),
    port: (member, name) => planOf(member)?.ports[name] ?? 0,
  };
}

async function redisCli(port: number, ...words: readonly string[]): Promise<string> {
  const child = Bun.spawn(["redis-cli", "-p", String(port), ...words], { stdout: "pipe" });
  return (await child.stdout.text()).trim();
}

async function get(port: number, path: string, token = ""): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  return fetch(`http://127.0.0.1:${port}${path}`, { headers });
}

async function isWell(port: number): Promise<boolean> {
  return get(port, "/health").then(
    ({ ok }) => ok,
    () => false,
  );
}

dockerTest("it comes up by itself, and answers on its published ports", async (site) => {
  const up = await site.run("subject up ratelimiter");
  expect(up.lines[0]).toStartWith("runtime docker: engine ");
  const said = up.lines.find((line) => line.startsWith("ratelimiter: "));
  expect(said).toMatch(/^ratelimiter: 6 of 6 members running, containers of operator-ratelimiter-/);
  const look = () => site.run("monitor --subject ratelimiter --once");
  await eventually(async () => (await look()).code === 0, "all invariants hold");

  const { token, port } = await membersOf(site);
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ key: "steady" });
  const url = `http://127.0.0.1:${port("node2", "api")}/check`;
  const check = await fetch(url, { method: "POST", headers, body });
  expect([check.status, check.headers.get("ratelimit-policy")]).toEqual([
    200,
    '"default";q=50;w=5',
  ]);
  const manage = port("node3", "manage");
  expect((await get(manage, "/metrics")).status).toBe(200);
  expect((await get(manage, "/api/nodes")).status).toBe(401);
  expect(await (await get(manage, "/api/nodes", token)).json()).toMatchObject({
    nodes: [{ url: "http://node1:8080", state: "live" }, {}, {}],
  });
});

dockerTest("settings and keys of Redis, and the way to it, outlast a kill", async (site) => {
  await site.run("subject up ratelimiter --runtime docker");
  const { port } = await membersOf(site);
  const redis = port("redis", "client");
  await redisCli(redis, "CONFIG", "SET", "maxclients", "99");
  expect(await redisCli(redis, "CONFIG", "REWRITE")).toBe("OK");
  await redisCli(redis, "SET", "kept", "here");
  await redisCli(redis, "SAVE");
  for (const member of ["redis", "proxy"]) await site.run(`subject kill ratelimiter ${member}`);
  // The other way round, so that their addresses change hands.
  for (const member of ["proxy", "redis"]) await site.run(`subject start ratelimiter ${member}`);
  expect(await redisCli(redis, "CONFIG", "GET", "maxclients")).toBe("maxclients\n99");
  expect(await redisCli(redis, "GET", "kept")).toBe("here");
  await eventually(() => isWell(port("node1", "manage")), "node1 finds Redis again", 10_000);
});

dockerTest(
  "what only an append-only file has, turned on by hand, outlasts a kill",
  async (site) => {
    await site.run("subject up ratelimiter --runtime docker");
    const { port } = await membersOf(site);
    const redis = port("redis", "client");
    const isKept = async (wanted: string) => {
      await site.run("subject kill ratelimiter redis");
      await site.run("subject start ratelimiter redis");
      expect(await redisCli(redis, "GET", "kept")).toBe(wanted);
    };
    await redisCli(redis, "SAVE");
    await redisCli(redis, "CONFIG", "SET", "appendonly", "yes");
    const isWritten = async () =>
      (await redisCli(redis, "INFO", "persistence")).includes("aof_rewrite_in_progress:0");
    await eventually(isWritten, "the log is complete", 10_000);
    await redisCli(redis, "SET", "kept", "in the log");
    await isKept("in the log");
    expect(await redisCli(redis, "CONFIG", "GET", "appendonly")).toBe("appendonly\nyes");
    await redisCli(redis, "CONFIG", "SET", "appendonly", "no");
    await redisCli(redis, "SET", "kept", "in the dump");
    // A dump is dated by the second.
    const second = () => Math.floor(Date.now() / 1_000);
    const before = second();
    await eventually(async () => second() > before, "another second");
    await redisCli(redis, "SAVE");
    await isKept("in the dump");
    expect(await redisCli(redis, "CONFIG", "GET", "appendonly")).toBe("appendonly\nno");
    await redisCli(redis, "CONFIG", "SET", "save", "");
    await redisCli(redis, "SET", "kept", "nowhere");
    const stopped = await site.run("subject stop ratelimiter redis");
    expect(stopped.code).not.toBe(0);
    expect(await redisCli(redis, "GET", "kept")).toBe("nowhere");
  },
);

dockerTest("a node that is killed is repaired; the token is listed nowhere", async (site) => {
  expect((await site.run("subject up ratelimiter --runtime docker")).code).toBe(0);
  const { token } = await membersOf(site);
  const { client } = await testEngine();
  expect(JSON.stringify(await client.listContainers({ all: true }))).not.toContain(token);

  const monitor = site.start("monitor --subject ratelimiter --interval 8s");
  const isSaid = (said: string) => monitor.lines.some((line) => line.includes(said));
  await eventually(() => isSaid("all invariants hold"), "the limiter is well");
  await site.run("fault inject ratelimiter node_kill --seed 3");
  await eventually(() => isSaid("opened -> open: node_down of node"), "a ticket");
  const agent = await site.run("agent --once --model runbook");
  const [, id] = /^Ticket #(\d+) -> resolved$/.exec(agent.lines.at(-1) ?? "") ?? [];
  const shown = await site.run(`tickets show ${id}`);
  expect(shown.lines.join("\n")).toContain("verified_fix");
  const down = { lines: ["ratelimiter is down"], code: 0 };
  expect(await site.run("subject down ratelimiter")).toEqual(down);
  expect(await countLeft()).toEqual([0, 0, 0]);
});

dockerTest("where our own image is missing, a line says how to make it", async (site) => {
  const none = { OPERATOR_IMAGE_OPERATOR: "" };
  const { lines, code } = await site.run("subject up ratelimiter --runtime docker", none);
  expect(lines).toEqual([
    expect.stringMatching(/^operator: the docker engine does not have operator:.+, our own image$/),
    expect.stringMatching(/^hint: .+ docker build --file docker\/operator\.Dockerfile --tag /),
  ]);
  expect(code).toBe(1);
});
