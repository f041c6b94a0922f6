// A load generator of others beside the members of a project: how it ends, and what is left of it.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type Docker from "dockerode";
import { connectEngine } from "../../src/runtimes/docker/engine.ts";
import { type ContainerRun, runLoadContainer } from "../../src/runtimes/docker/load.ts";
import { noEngine, testEngine } from "../support/docker-engine.ts";
import { makeImage } from "../support/docker-images.ts";
import { eventually } from "../support/eventually.ts";

const IMAGE = "operator-test/load:1";
const PROJECT = "load-test";
const LABELS = { "com.docker.compose.project": PROJECT };
const ENDLESS = `console.log("begun"); setInterval(() => undefined, 1000);
  process.on("SIGTERM", () => { console.log("told to end"); process.exit(0); });`;

let client: Docker;
let network: Docker.Network;
let lines: string[];

beforeEach(async () => {
  if (noEngine !== undefined) return;
  ({ client } = await testEngine());
  await makeImage(client, { name: IMAGE, programs: { bun: process.execPath } });
  network = await client.createNetwork({ Name: `${PROJECT}_default`, Labels: LABELS });
  lines = [];
});

afterEach(async () => {
  await network?.remove();
});

async function runOf(program: string, changes: Partial<ContainerRun> = {}): Promise<ContainerRun> {
  return {
    site: { engine: await connectEngine((await testEngine()).host), project: PROJECT },
    name: "toy-load",
    image: IMAGE,
    words: ["/bun", "-e", program],
    owner: "/a/ledger",
    signal: new AbortController().signal,
    onLine: (line) => lines.push(line),
    ...changes,
  };
}

async function loads(): Promise<readonly string[]> {
  const filters = { label: ["operator.load=toy-load"] };
  return (await client.listContainers({ all: true, filters })).map(({ Id }) => Id);
}

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;

describe.skipIf(noEngine !== undefined)(`a load in a container${NAMED}`, () => {
  test("is told to end by the signal, and heard to its last line", async () => {
    const told = new AbortController();
    const ended = runLoadContainer(await runOf(ENDLESS, { signal: told.signal }));
    await eventually(() => lines.includes("begun"), "it runs");
    expect(await loads()).toHaveLength(1);
    told.abort();
    await ended;
    expect(lines).toEqual(["begun", "told to end"]);
    expect(await loads()).toEqual([]);
  });

  test("that ends by itself is an error with its last lines", async () => {
    const failing = await runOf("console.error('no PD answers'); process.exit(3)");
    await expect(runLoadContainer(failing)).rejects.toMatchObject({
      code: "runtime",
      message: "toy-load ended by itself: exit code 3",
      hint: "no PD answers",
    });
    expect(await loads()).toEqual([]);
  });

  test("of a runner that was killed gives way to the next, another's does not", async () => {
    const told = new AbortController();
    const signal = told.signal;
    const other = runLoadContainer(await runOf(ENDLESS, { signal, owner: "/another/ledger" }));
    await eventually(() => lines.length === 1, "the other runs");
    const lost = runLoadContainer(await runOf(ENDLESS)).catch((error) => error);
    await eventually(() => lines.length === 2, "the one runs");
    const next = runLoadContainer(await runOf(ENDLESS, { signal }));
    expect(await lost).toMatchObject({ code: "runtime" });
    await eventually(() => lines.length === 3, "the next runs");
    expect(await loads()).toHaveLength(2);
    told.abort();
    await Promise.all([other, next]);
    expect(await loads()).toEqual([]);
  });
});
