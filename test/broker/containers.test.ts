// Operator itself in containers, from its own Dockerfile and compose file, beside a TiKV cluster.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { noEngine, testEngine } from "../support/docker-engine.ts";
import { type OperatorSite, openOperatorSite } from "../support/docker-operator-site.ts";
import { type DockerSite, openDockerSite } from "../support/docker-site.ts";
import { tikvImages } from "../support/docker-tikv.ts";
import { eventually } from "../support/eventually.ts";

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;
const PROJECT = "brokered";
/** A machine that is shared brings a cluster up in half a minute, or in two. */
const LONG_MS = 180_000;
const WITHIN_MS = 60_000;

let cluster: DockerSite;
let site: OperatorSite;

/** What a client says over the broker's socket from inside the agent's container, and hears. */
async function sayFromAgent(line: string): Promise<string> {
  const client = `const { connect } = require("node:net");
    const socket = connect("/run/operator/broker.sock");
    socket.on("data", (bytes) => process.stdout.write(bytes)).on("error", () => {});
    socket.write(${JSON.stringify(line)});`;
  const { lines } = await site.exec("agent", ["/bin/bun", "-e", client]);
  return lines.join("\n");
}

async function stopBehindOurBack(service: string): Promise<void> {
  const { client } = await testEngine();
  const label = [`com.docker.compose.project=${PROJECT}`, `com.docker.compose.service=${service}`];
  const [found] = await client.listContainers({ filters: { label } });
  await client.getContainer(found?.Id ?? "").stop({ t: 1 });
}

describe.skipIf(noEngine !== undefined)(`operator in containers${NAMED}`, () => {
  beforeAll(async () => {
    const images = { ...(await tikvImages()), OPERATOR_PROJECT: PROJECT };
    cluster = await openDockerSite("tikv", images);
    const up = await cluster.run("subject up tikv --runtime docker");
    expect([up.code, up.lines]).toEqual([0, expect.any(Array)]);
    site = await openOperatorSite({ subject: "tikv", project: PROJECT });
  }, LONG_MS);

  afterAll(async () => {
    await site?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
  }, LONG_MS);

  test(
    "a store that is stopped is seen, repaired through the broker, and verified",
    async () => {
      const isWell = async () =>
        (await site.linesOf("monitor")).some((line) => line.includes("all invariants hold"));
      await eventually(isWell, "the cluster is well", WITHIN_MS);
      await stopBehindOurBack("tikv2");
      const shown = async () => (await site.run("monitor", "tickets show 1")).lines.join("\n");
      await eventually(async () => (await shown()).includes("verified_fix"), "a repair", WITHIN_MS);
      const said = (await site.linesOf("broker")).join("\n");
      expect(said).toContain("[Broker] allowed: start tikv2\n");
      expect(said).toContain("[Broker] done: start tikv2: it is running in ");
    },
    LONG_MS,
  );

  test("the agent has no way to the engine, and no rights to make itself one", async () => {
    const { Mounts, HostConfig, Config, NetworkSettings } = await (
      await site.container("agent")
    ).inspect();
    expect(Mounts.map(({ Destination, RW }) => `${Destination} ${RW}`).toSorted()).toEqual([
      "/run/operator false",
      "/run/secrets/ratelimiter-token false",
      "/var/lib/operator true",
    ]);
    expect(HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      Privileged: false,
      CapDrop: ["ALL"],
      CapAdd: null,
      SecurityOpt: ["no-new-privileges:true"],
      GroupAdd: null,
      PidsLimit: 256,
      Memory: 512 * 1024 * 1024,
    });
    expect(Config.User).toBe("10001:10001");
    expect(Object.keys(NetworkSettings.Ports)).toEqual([]);
    expect(Object.keys(NetworkSettings.Networks)).toEqual([`${PROJECT}_default`]);
    const mounts = `set -e; while read -r _ at _; do echo "$at"; done < /proc/mounts`;
    const seen = await site.exec("agent", ["/bin/sh", "-c", mounts]);
    expect(seen.lines.filter((path) => path.includes("docker.sock"))).toEqual([]);
    const doctor = await site.run("agent", "doctor");
    expect(doctor.lines.join("\n")).toContain("docker.sock: no socket is there");
  });

  test("the broker alone has the engine's socket, and it has no network", async () => {
    const { Mounts, HostConfig, Config } = await (await site.container("broker")).inspect();
    expect(Mounts.map(({ Destination }) => Destination)).toContain("/var/run/docker.sock");
    expect(HostConfig).toMatchObject({ NetworkMode: "none", ReadonlyRootfs: true });
    expect(HostConfig.CapDrop).toEqual(["ALL"]);
    expect(Config.User).toBe("10001:10001");
    const monitor = await (await site.container("monitor")).inspect();
    expect(JSON.stringify(monitor.Mounts)).not.toContain("docker.sock");
  });

  test("each is healthy by what its image asks, and that asks the broker", async () => {
    for (const service of ["broker", "monitor", "agent"]) {
      const { Config } = await (await site.container(service)).inspect();
      const [form, ...argv] = Config.Healthcheck?.Test ?? [];
      expect([form, ...argv]).toEqual(["CMD", "/usr/local/bin/operator", "doctor"]);
      const { lines, code } = await site.exec(service, argv);
      expect(lines.join("\n")).toContain("broker.sock serves 6 member(s) of tikv");
      expect(code).toBe(0);
    }
  });

  test("who has the agent's container in hand can do no more than is offered", async () => {
    const forbidden = [
      { do: "kill", member: "tikv1" },
      { do: "create", member: "tikv1" },
      { do: "exec", member: "tikv1" },
      { do: "stop", member: "grafana" },
      { do: "stop", member: `${PROJECT}_tikv1_1` },
      { do: "stop", member: "broker" },
      { do: "logs", member: "agent", lines: 5 },
    ];
    for (const question of forbidden) {
      const answer = await sayFromAgent(`${JSON.stringify(question)}\n`);
      expect(JSON.parse(answer)).toMatchObject({ ok: false, code: "conflict" });
    }
    expect(await sayFromAgent("GET /containers/json HTTP/1.1\r\n\r\n")).toContain('"ok":false');
    const kill = await site.run("agent", "subject kill tikv tikv1");
    expect([kill.lines[0], kill.code]).toEqual([
      "operator: killing tikv1: a broker kills nobody",
      2,
    ]);
    const said = (await site.linesOf("broker")).filter((line) => line.includes(" refused: "));
    expect(said.length).toBeGreaterThanOrEqual(forbidden.length + 1);
    expect(said.join("\n")).toContain("[Broker] refused: kill tikv1: not offered");
    const left = await cluster.run("subject status tikv");
    expect(left.code).toBe(0);
  });

  test("no second member of a role goes, and the socket cannot be replaced", async () => {
    expect((await site.run("agent", "subject pause tikv pd3")).code).toBe(0);
    const second = await site.run("agent", "subject stop tikv pd2");
    expect([second.lines[0], second.code]).toEqual([
      expect.stringContaining("stop pd2 refused: it would leave 1 of 3 members of role pd running"),
      1,
    ]);
    expect((await site.run("agent", "subject resume tikv pd3")).code).toBe(0);
    const replace = `const { unlinkSync } = require("node:fs"); try {
      unlinkSync("/run/operator/broker.sock") } catch (error) { console.log(error.code) }`;
    expect((await site.exec("agent", ["/bin/bun", "-e", replace])).lines).toEqual(["EROFS"]);
    for (const service of ["monitor", "agent"]) {
      const up = await site.run(service, "subject down tikv");
      expect([up.lines[0], up.code]).toEqual([expect.stringContaining("is not offered"), 2]);
    }
  });
});
