import { afterEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** In a process of its own: where the engine is looked for comes from its environment. */
async function describeWith(dockerHost: string): Promise<unknown> {
  const script = `
    const { describeDockerEngine } = await import(${JSON.stringify(engineModule)});
    console.log(JSON.stringify(await describeDockerEngine()));
    process.exit();`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    env: { DOCKER_HOST: dockerHost },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(await child.stdout.text());
}

const engineModule = join(import.meta.dir, "../../src/runtimes/docker-engine.ts");

async function startEngine(answer: RequestListener): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "operator-docker-"));
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(join(dir, "docker.sock"), resolve));
  cleanups.push(() => server.closeAllConnections());
  cleanups.push(() => server.close());
  cleanups.push(() => rm(dir, { recursive: true }));
  return `unix://${join(dir, "docker.sock")}`;
}

test("an engine that answers is available, with its version", async () => {
  const host = await startEngine((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ Version: "28.1.0", path: request.url }));
  });
  expect(await describeWith(host)).toEqual({ state: "available", version: "28.1.0" });
});

test("a socket without an engine is absent, with the reason", async () => {
  const host = `unix://${join(tmpdir(), "operator-no-such-engine.sock")}`;
  const reason = expect.stringContaining("ENOENT");
  expect(await describeWith(host)).toEqual({ state: "absent", reason });
});

test("an engine that accepts and says nothing is absent after a second", async () => {
  const host = await startEngine(() => undefined);
  expect(await describeWith(host)).toEqual({ state: "absent", reason: "no answer in 1000 ms" });
});

test("somebody else's answer is no engine", async () => {
  const host = await startEngine((_, response) => void response.end("<html>"));
  expect(await describeWith(host)).toEqual({
    state: "absent",
    reason: "the answer is not Docker's",
  });
});
