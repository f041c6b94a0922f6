// TiKV in containers, from the executable as it is published: the compose file as it is, images of
// ours in place of the official ones.
import { expect, test } from "bun:test";
import { noEngine, testEngine } from "../support/docker-engine.ts";
import { countLeft, type DockerSite, openDockerSite } from "../support/docker-site.ts";
import { tikvImages } from "../support/docker-tikv.ts";
import { eventually } from "../support/eventually.ts";

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;

function dockerTest(fact: string, work: (site: DockerSite) => Promise<void>): void {
  test.skipIf(noEngine !== undefined)(`${fact}${NAMED}`, async () => {
    await using site = await openTikv();
    await work(site);
  });
}

async function openTikv(): Promise<DockerSite> {
  return openDockerSite("tikv", await tikvImages());
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
    const said = up.lines.find((line) => line.startsWith("tikv: "));
    expect(said).toMatch(/^tikv: 6 of 6 members running, containers of operator-tikv-[0-9a-f]{8}/);
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
    await using other = await openTikv();
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
  expect(lines.join("\n")).not.toContain("HTTP code");
  expect(code).toBe(1);
  expect((await site.run("subject status tikv")).lines).toEqual(["tikv is not up"]);
});

dockerTest("what cannot be in containers is refused, with the way out", async (site) => {
  const refusals = [
    ["subject up tikv --runtime docker --time-scale 10", "--time-scale is of stand-ins"],
    ["subject up tikv --runtime podman", 'unknown --runtime "podman": one of auto, local, docker'],
  ];
  for (const [words = "", refusal] of refusals) {
    const { lines, code } = await site.run(words);
    expect([lines.join("\n"), code]).toEqual([expect.stringContaining(refusal ?? ""), 2]);
  }
});
