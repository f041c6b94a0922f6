import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseVariables, imagesOf } from "../../src/runtimes/docker/variables.ts";
import { tikv } from "../../subjects/tikv/definition.ts";
import { tikvDocker } from "../../subjects/tikv/docker.ts";

const FORMS = [["docker", "compose"], ["docker-compose"]] as const;

function whyNot(tool: readonly string[]): string {
  const isHere = Bun.spawnSync([...tool, "version"], { stderr: "ignore" });
  return isHere.exitCode === 0 ? "" : ` (skipped: ${tool.join(" ")} is not here)`;
}

/** As a stranger would check it: the files in a directory, nothing filled in. */
async function configOf(tool: readonly string[], env: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "operator-compose-"));
  try {
    for (const [name, text] of Object.entries(tikvDocker.files))
      await Bun.write(join(dir, name), text);
    const words = [...tool, "--file", join(dir, "compose.yaml"), "config"];
    const child = Bun.spawn(words, {
      env: { PATH: process.env.PATH, HOME: dir, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [config, complaint] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    expect([await child.exited, complaint]).toEqual([0, ""]);
    return config;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

for (const tool of FORMS) {
  const why = Bun.which(tool[0]) ? whyNot(tool) : ` (skipped: ${tool[0]} is not here)`;
  test.skipIf(why !== "")(`${tool.join(" ")} accepts the file without a word${why}`, async () => {
    const config = await configOf(tool, { OPERATOR_IMAGE_PD: "registry.example/pd:1" });
    expect(config).toContain("registry.example/pd:1");
    expect(config).toContain("pingcap/tikv:v8.5.7");
  });
}

test("every image is pinned, and every published port is on loopback and a variable", () => {
  const { "compose.yaml": text = "" } = tikvDocker.files;
  for (const image of Object.values(imagesOf(tikvDocker, {})))
    expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
  const published = [...text.matchAll(/"([^"]+):\d+"/g)].map(([, from = ""]) => from);
  expect(published).toHaveLength(11);
  for (const from of published) expect(from).toMatch(/^127\.0\.0\.1:\$\{OPERATOR_PORT_\w+:-\d+\}$/);
});

test("ports are free ones, or those that a person names; no two are the same", async () => {
  const env = { OPERATOR_PORT_PD1: "12379", OPERATOR_IMAGE_TIKV: "mine:1" };
  const options = { definition: tikv, plan: tikvDocker, home: tmpdir(), env };
  const variables = await chooseVariables(options);
  expect(variables).toMatchObject(env);
  const ports = Object.entries(variables).filter(([name]) => name.startsWith("OPERATOR_PORT_"));
  expect(ports).toHaveLength(11);
  expect(new Set(ports.map(([, port]) => port)).size).toBe(11);
});

test("every member's image and ports are variables of the file", async () => {
  const options = { definition: tikv, plan: tikvDocker, home: tmpdir(), env: {} };
  const variables = await chooseVariables(options);
  const named = tikvDocker.members.flatMap(({ image, ports }) => [image, ...Object.values(ports)]);
  expect(named.filter((name) => variables[name] === undefined)).toEqual([]);
});
