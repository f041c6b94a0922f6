// The limiter's programs by their own command lines: no topology, everything said by flags.
import { afterEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allocatePorts } from "../../../src/runtimes/local/ports.ts";
import { parseAddress } from "../../../subjects/ratelimiter/address.ts";
import { eventually } from "../../support/eventually.ts";
import { hasRedis, startRedis } from "../../support/real-redis.ts";

const MAIN = join(import.meta.dir, "../../../src/main.ts");
const TOKEN = "token-of-the-test";
const why = hasRedis ? "" : " (skipped: neither redis-server nor valkey-server is on PATH)";
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function start(
  words: readonly string[],
  env: Record<string, string> = { OPERATOR_RATELIMITER_TOKEN: TOKEN },
): Bun.ReadableSubprocess {
  const child = Bun.spawn([process.execPath, MAIN, "program", "ratelimiter", ...words], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  cleanups.push(() => {
    child.kill();
    return child.exited;
  });
  return child;
}

async function newDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "operator-program-"));
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

function get(port: number | undefined, path: string): Promise<Response | undefined> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  return fetch(`http://127.0.0.1:${port}${path}`, { headers }).catch(() => undefined);
}

test.skipIf(!hasRedis)(
  `a node behind a proxy beside jobs serves as flags say, and all end at SIGTERM${why}`,
  async () => {
    const dir = await newDirectory();
    await using redis = await startRedis();
    const [api, manage, link, toxics, jobs] = await allocatePorts(5, dir);
    await Bun.write(`${dir}/token`, `${TOKEN}\n`);
    const at = (port: number | undefined) => `127.0.0.1:${port}`;
    const toRedis = `--redis=${at(redis.port)}`;
    const programs = [
      start(
        [
          ...["limiter-node", "--", "--name=alone", `--data-dir=${dir}/node`],
          ...[`--redis=localhost:${link}`, `--listen=${at(api)}`, `--manage=${at(manage)}`],
          ...["--url=http://alone:8080", `--token-file=${dir}/token`],
        ],
        {},
      ),
      start([
        ...["limiter-proxy", "--", `--data-dir=${dir}/proxy`, toRedis],
        ...[`--links=alone=${at(link)}`, `--control=${at(toxics)}`],
      ]),
      start(["limiter-jobs", "--", `--data-dir=${dir}/jobs`, toRedis, `--control=${at(jobs)}`]),
    ];
    const isWell = async () => (await get(manage, "/health"))?.ok === true;
    await eventually(isWell, "the node reaches Redis");
    const answers = [
      get(manage, "/api/nodes"),
      get(toxics, "/api/links"),
      eventually(() => get(jobs, "/api/jobs"), "jobs answer"),
    ];
    expect(await Promise.all(answers.map(async (answer) => (await answer)?.json()))).toMatchObject([
      { nodes: [{ name: "alone", url: "http://alone:8080", state: "live" }] },
      { links: [{ node: "alone", port: link }] },
      { jobs: [{ job: { name: "keyspace-report" } }, { job: { name: "memory-report" } }] },
    ]);
    for (const program of programs) program.kill("SIGTERM");
    expect(await Promise.all(programs.map(({ exited }) => exited))).toEqual([0, 0, 0]);
  },
);

test.each([
  ["limiter", "", 'no program "limiter": one of limiter-node, limiter-proxy, limiter-jobs'],
  ["constructor", "", 'no program "constructor": '],
  ["limiter-jobs", "--redis=redis:6379", "limiter-jobs needs --data-dir"],
  ["limiter-node", "--data-dir=. --redis=redis:6379", "limiter-node needs --name"],
  ["limiter-proxy", "--data-dir=. --redis=redis:1 --links=node1", '--links "node1": must be'],
  ["limiter-jobs", "--data-dir=. --redis=redis", '"redis": must be host:port'],
])("%s with %s is refused", async (program, flags, message) => {
  const child = start([program, "--", ...flags.split(" ").filter((word) => word !== "")]);
  expect(await child.stderr.text()).toStartWith(`operator: ${message}`);
  expect(await child.exited).toBe(2);
});

test("without a token nothing is served", async () => {
  const dir = await newDirectory();
  const words = ["limiter-jobs", "--", `--data-dir=${dir}`, "--redis=127.0.0.1:1"];
  const needs = "operator: limiter-jobs needs a token for its callers: ";
  const without = await start(words, {}).stderr.text();
  expect(without).toStartWith(`${needs}no OPERATOR_RATELIMITER_TOKEN is set`);
  const missing = await start([...words, `--token-file=${dir}/none`]).stderr.text();
  expect(missing).toStartWith(`${needs}nothing is in ${dir}/none`);
});

test("an address is a host and its port", () => {
  expect(parseAddress("redis:6379")).toEqual({ host: "redis", port: 6379 });
  expect(parseAddress("[::1]:80")).toEqual({ host: "::1", port: 80 });
  for (const text of ["redis", ":80", "redis:0", "redis:65536", "::1:80", "redis:80/x"]) {
    expect(() => parseAddress(text)).toThrow("must be host:port");
  }
});
