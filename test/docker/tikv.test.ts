// TiKV in containers, from the executable as it is published: the compose file as it is, images of
// ours in place of the official ones.
import { afterEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { takeDown } from "../../src/runtimes/open.ts";
import { builtOperator } from "../support/built-operator.ts";
import { noEngine, testEngine } from "../support/docker-engine.ts";
import { tikvImages } from "../support/docker-tikv.ts";
import { eventually } from "../support/eventually.ts";

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Ended {
  readonly lines: readonly string[];
  readonly code: number;
}

interface Site {
  readonly home: string;
  /** The lines of a command that has ended, and its exit code. */
  run(words: string, more?: Record<string, string>): Promise<Ended>;
  /** The lines of one that goes on, as they come. */
  start(words: string): { readonly lines: string[] };
}

function dockerTest(fact: string, work: (site: Site) => Promise<void>): void {
  test.skipIf(noEngine !== undefined)(`${fact}${NAMED}`, async () => work(await openSite()));
}

async function openSite(): Promise<Site> {
  const home = await mkdtemp(join(tmpdir(), "operator-home-"));
  cleanups.push(() => rm(home, { recursive: true, force: true }));
  cleanups.push(() => takeDown({ subject: "tikv", home, clock: systemClock, keepData: false }));
  const binary = await builtOperator();
  const { PATH } = process.env;
  const docker = { DOCKER_HOST: (await testEngine()).host, ...(await tikvImages()) };
  const env = { PATH, HOME: home, OPERATOR_HOME: home, ...docker };
  const spawn = (words: string, more = {}) =>
    Bun.spawn([binary, ...words.split(" ")], {
      env: { ...env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
  return {
    home,
    async run(words, more) {
      const child = spawn(words, more);
      const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
      return { lines: `${out}${error}`.trim().split("\n"), code: await child.exited };
    },
    start(words) {
      const child = spawn(words);
      cleanups.push(() => {
        child.kill();
        return child.exited;
      });
      const lines: string[] = [];
      void child.stdout.pipeTo(
        new WritableStream({
          write: (bytes) => void lines.push(...new TextDecoder().decode(bytes).split("\n")),
        }),
      );
      return { lines };
    },
  };
}

/** What of the engine carries the label of a project: containers, networks, volumes. */
async function countLeft(): Promise<readonly number[]> {
  const { client } = await testEngine();
  const filters = { label: ["com.docker.compose.project"] };
  const [containers, networks, { Volumes }] = await Promise.all([
    client.listContainers({ all: true, filters }),
    client.listNetworks({ filters }),
    client.listVolumes({ filters }),
  ]);
  return [containers.length, networks.length, Volumes?.length ?? 0];
}

async function killBehindOurBack(service: string): Promise<void> {
  const { client } = await testEngine();
  const filters = { label: [`com.docker.compose.service=${service}`] };
  const [found] = await client.listContainers({ filters });
  await client.getContainer(found?.Id ?? "").kill();
}

dockerTest(
  "a store killed behind our back is told of, repaired and verified; nothing is left",
  async (site) => {
    const up = await site.run("subject up tikv");
    expect(up.lines[0]).toStartWith("runtime docker: engine ");
    expect(up.lines.find((line) => line.startsWith("tikv: "))).toMatch(
      /^tikv: 6 of 6 members running, containers of operator-tikv-[0-9a-f]{8}$/,
    );
    expect(up.code).toBe(0);

    const monitor = site.start("monitor --subject tikv --interval 8s");
    const isSaid = (said: string) => monitor.lines.some((line) => line.includes(said));
    await eventually(() => isSaid("all invariants hold"), "the cluster is well");
    const load = site.run(`workload tikv --ledger ${site.home}/ledger --ops 100 --duration 8s`);
    await killBehindOurBack("tikv2");
    await eventually(() => isSaid("opened -> open: store_unreachable of tikv2"), "a ticket", 3_000);

    const agent = await site.run("agent --once --model runbook");
    expect(agent.lines.at(-1)).toBe("Ticket #1 -> resolved");
    expect((await load).lines.at(-1)).toContain('"verdict":"kept"');
    expect((await site.run("tickets show 1")).lines.join("\n")).toContain("verified_fix");
    expect((await site.run("subject logs tikv tikv2 --lines 3")).lines).toHaveLength(3);
    expect(await site.run("subject down tikv")).toEqual({ lines: ["tikv is down"], code: 0 });
    expect(await countLeft()).toEqual([0, 0, 0]);
  },
);

dockerTest(
  "two homes are two clusters; one taken down with its data kept comes back",
  async (site) => {
    const other = await openSite();
    const ups = await Promise.all([site.run("subject up tikv"), other.run("subject up tikv")]);
    expect(ups.map(({ code }) => code)).toEqual([0, 0]);
    const local = await site.run("subject up tikv --runtime local");
    expect([local.lines.at(-2), local.code]).toEqual(["operator: tikv is up in containers", 1]);
    expect((await site.run("fault inject tikv store_pause --seed 1")).code).toBe(0);
    expect((await site.run("subject status tikv")).lines.join()).toContain("  paused  ");
    expect((await site.run("fault recover tikv")).code).toBe(0);
    expect((await site.run("subject status tikv")).code).toBe(0);
    await site.run("subject kill tikv pd1");
    const kept = await site.run("subject down tikv --keep-data");
    expect(kept.lines).toEqual(["tikv is down; its data is kept"]);
    expect((await site.run("subject up tikv")).code).toBe(0);
    await site.run("subject down tikv");
    expect((await other.run("subject status tikv")).code).toBe(0);
  },
);

dockerTest("an image that cannot be pulled is named, and nothing is begun", async (site) => {
  const { lines, code } = await site.run("subject up tikv --runtime docker", {
    OPERATOR_IMAGE_TIKV: "127.0.0.1:9/none:1",
  });
  expect(lines.join("\n")).toContain(
    "operator: pulling 127.0.0.1:9/none:1: the docker engine says: ",
  );
  expect(code).toBe(1);
  expect((await site.run("subject status tikv")).lines).toEqual(["tikv is not up"]);
});

dockerTest("what cannot be in containers is refused, with the way out", async (site) => {
  const refusals = [
    ["subject up ratelimiter --runtime docker", "ratelimiter does not run in containers"],
    ["subject up tikv --runtime docker --time-scale 10", "--time-scale is of stand-ins"],
    ["subject up tikv --runtime podman", 'unknown --runtime "podman": one of auto, local, docker'],
  ];
  for (const [words = "", refusal] of refusals) {
    const { lines, code } = await site.run(words);
    expect([lines.join("\n"), code]).toEqual([expect.stringContaining(refusal ?? ""), 2]);
  }
});
