// Where a demo plays when there is no engine, and what becomes of containers that it cannot reach.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "../../src/infra/child.ts";
import { subjectPaths } from "../../src/runtimes/local/layout.ts";
import { writeTopology } from "../../src/runtimes/local/records.ts";
import { eventually } from "../support/eventually.ts";

const MAIN = join(import.meta.dir, "..", "..", "src", "main.ts");

let dir: string;
let lines: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "operator-place-"));
  lines = [];
});

afterEach(() => rm(dir, { recursive: true }));

function startDemo(words: string) {
  const demo = ["demo", ...words.split(" "), "--headless", "--model", "runbook", "--seed", "1"];
  return startChild({
    command: [process.execPath, MAIN, ...demo],
    env: { PATH: process.env.PATH, HOME: dir, TMPDIR: dir, DOCKER_HOST: absentEngine() },
    onLine: (line) => lines.push(line),
  });
}

async function homes(): Promise<readonly string[]> {
  return (await readdir(dir)).filter((name) => name.startsWith("operator-demo-"));
}

function absentEngine(): string {
  return `unix://${join(dir, "none.sock")}`;
}

test.each([
  ["tikv --runtime docker", 1, /^operator: looking for a docker engine .*: no socket is there$/],
  ["tikv --runtime docker --time-scale 2", 2, /--time-scale is of stand-ins on this machine/],
  ["tikv --fault partition --runtime local", 2, /partition strikes members in containers/],
  ["tikv --runtime podman", 2, /unknown --runtime "podman": one of auto, local, docker/],
])("demo %s is refused before anything is raised", async (words, code, said) => {
  expect((await startDemo(words).exited).exitCode).toBe(code);
  expect(lines[0]).toMatch(said);
  expect(await homes()).toEqual([]);
});

test("processes are chosen with a reason; containers out of reach wait for another", async () => {
  const left = join(dir, "operator-demo-killed");
  await mkdir(join(left, "subjects"), { recursive: true });
  await writeFile(join(left, "owner.json"), JSON.stringify({ pid: 1, startTime: "long ago" }));
  const paths = subjectPaths(left, "tikv");
  await mkdir(paths.dir, { recursive: true });
  const docker = { project: "operator-tikv-killed", host: absentEngine() };
  const topology = { subject: "tikv", timeScale: 1, members: [], endpoints: [], docker };
  await writeTopology(paths, topology);
  const demo = startDemo("tikv");
  await eventually(() => lines.some((line) => line.endsWith("raising tikv")), "it raises");
  const stays = lines.find((line) => line.startsWith("what a killed demo left"));
  expect(stays).toStartWith(
    `what a killed demo left in ${left} stays for now: looking for a docker`,
  );
  expect(lines.join("\n")).toMatch(
    / runtime local: looking for .*: no socket is there; --runtime docker for containers/,
  );
  await demo.stop(30_000);
  expect(await homes()).toEqual(["operator-demo-killed"]);
});
