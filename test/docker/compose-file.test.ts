// The compose files by themselves, as a stranger finds them, and what is filled in.
import { describe, expect, test } from "bun:test";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { version } from "../../package.json";
import type { DockerPlan, SubjectDefinition } from "../../src/domain/subject.ts";
import {
  chooseSharedSettings,
  sharedSettingsIn,
} from "../../src/runtimes/docker/shared-settings.ts";
import {
  chooseVariables,
  imagesOf,
  readVariables,
  writeVariables,
} from "../../src/runtimes/docker/variables.ts";
import { ratelimiter } from "../../subjects/ratelimiter/definition.ts";
import { limiterDocker } from "../../subjects/ratelimiter/docker.ts";
import { tikv } from "../../subjects/tikv/definition.ts";
import { tikvDocker } from "../../subjects/tikv/docker.ts";

interface ComposeCase {
  readonly definition: SubjectDefinition;
  readonly plan: DockerPlan;
  /** An image of the file that is named by its default. */
  readonly image: string;
  readonly ports: number;
}

const CASES: readonly ComposeCase[] = [
  { definition: tikv, plan: tikvDocker, image: "pingcap/tikv:v8.5.7", ports: 11 },
  { definition: ratelimiter, plan: limiterDocker, image: `operator:${version}`, ports: 11 },
];
/** As a compose tool reads it, merges and all. */
const FILE = z.object({ services: z.record(z.string(), z.unknown()), networks: z.unknown() });
const MEMBER = z.object({
  labels: z.record(z.string(), z.string()),
  cpus: z.number(),
  mem_limit: z.string(),
  pids_limit: z.number(),
});
const FORMS = [["docker", "compose"], ["docker-compose"]] as const;

function whyNot(tool: readonly string[]): string {
  const isHere = Bun.spawnSync([...tool, "version"], { stderr: "ignore" });
  return isHere.exitCode === 0 ? "" : ` (skipped: ${tool.join(" ")} is not here)`;
}

interface ConfigCall {
  readonly tool: readonly string[];
  readonly plan: DockerPlan;
  readonly env: Readonly<Record<string, string>>;
}

/** As a stranger would check it: the files in a directory, nothing filled in. */
async function configOf({ tool, plan, env }: ConfigCall): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "operator-compose-"));
  try {
    for (const [name, text] of Object.entries(plan.files)) await Bun.write(join(dir, name), text);
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

describe.each([...CASES])("$definition.name", ({ definition, plan, image, ports }) => {
  for (const tool of FORMS) {
    const why = Bun.which(tool[0]) ? whyNot(tool) : ` (skipped: ${tool[0]} is not here)`;
    test.skipIf(why !== "")(`${tool.join(" ")} accepts the file without a word${why}`, async () => {
      const env = { OPERATOR_IMAGE_PROMETHEUS: "registry.example/prometheus:1" };
      const config = await configOf({ tool, plan, env });
      expect(config).toContain("registry.example/prometheus:1");
      expect(config).toContain(image);
    });
  }

  test("every image is pinned, and every published port is on loopback and a variable", () => {
    const { "compose.yaml": text = "" } = plan.files;
    for (const name of Object.values(imagesOf(plan, {}))) expect(name).toMatch(/:v?\d+\.\d+\.\d+$/);
    const published = [...text.matchAll(/"([^"/]+):\d+"/g)].map(([, from = ""]) => from);
    expect(published).toHaveLength(ports);
    const onLoopback = /^127\.0\.0\.1:\$\{OPERATOR_PORT_\w+:-\d+\}$/;
    for (const from of published) expect(from).toMatch(onLoopback);
  });

  test("its network has no IPv6, past which no rule of a disturbance would look", () => {
    const { networks } = FILE.parse(Bun.YAML.parse(plan.files["compose.yaml"] ?? ""));
    expect(networks).toEqual({ default: { enable_ipv6: false } });
  });

  test("ports are free ones, or those that a person names; no two are the same", async () => {
    const env = { OPERATOR_PORT_PROMETHEUS: "19090", OPERATOR_IMAGE_PROMETHEUS: "mine:1" };
    const variables = await chooseVariables({ definition, plan, home: tmpdir(), env });
    expect(variables).toMatchObject(env);
    const chosen = Object.entries(variables).filter(([name]) => name.startsWith("OPERATOR_PORT_"));
    expect(chosen).toHaveLength(ports);
    expect(new Set(chosen.map(([, port]) => port)).size).toBe(ports);
  });

  test.each(["abc", "0", "65536", "80 "])("%j is no port, and nothing is chosen", async (port) => {
    const env = { OPERATOR_PORT_PROMETHEUS: port };
    const choosing = chooseVariables({ definition, plan, home: tmpdir(), env });
    await expect(choosing).rejects.toThrow(`OPERATOR_PORT_PROMETHEUS "${port}": must be a port`);
  });

  test("what members need and share are variables of the file", async () => {
    const options = { definition, plan, home: tmpdir(), env: {} };
    const variables = await chooseVariables(options);
    const { "compose.yaml": text = "" } = plan.files;
    const named = plan.members.flatMap(({ image: name, ports: own }) => [
      name,
      ...Object.values(own),
    ]);
    const all = [...named, ...Object.values(plan.settings ?? {})];
    expect(all.filter((name) => !text.includes(`\${${name}:-`) || !variables[name])).toEqual([]);
  });

  test("what each member may use is bounded, and stands in its labels, too", () => {
    const { services } = FILE.parse(Bun.YAML.parse(plan.files["compose.yaml"] ?? ""));
    for (const { name } of plan.members) {
      const { labels, cpus, mem_limit: memory, pids_limit: pids } = MEMBER.parse(services[name]);
      expect(pids).toBeGreaterThan(0);
      expect(labels).toEqual({ "operator.cpus": cpus.toFixed(1), "operator.memory": memory });
    }
  });
});

test("the token is made once, or a person's; it is kept for the owner alone", async () => {
  const dir = await mkdtemp(join(tmpdir(), "operator-variables-"));
  try {
    const choice = { definition: ratelimiter, plan: limiterDocker, env: {} };
    const made = chooseSharedSettings(choice);
    await writeVariables(join(dir, "variables.env"), made);
    expect((await stat(join(dir, "variables.env"))).mode & 0o777).toBe(0o600);
    const kept = (await readVariables(join(dir, "variables.env"))) ?? {};
    const settings = sharedSettingsIn(kept, limiterDocker);
    expect(settings.token).toMatch(/^[0-9a-f]{48}$/);
    expect(chooseSharedSettings(choice)).not.toEqual(made);
    const env = { OPERATOR_RATELIMITER_TOKEN: "mine" };
    const given = chooseSharedSettings({ ...choice, env });
    expect(sharedSettingsIn(given, limiterDocker)).toEqual({ token: "mine" });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
