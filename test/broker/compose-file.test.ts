// docker/compose.yaml and its Dockerfile as a stranger would check them: nothing filled in.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "../../package.json";

const FORMS = [["docker", "compose"], ["docker-compose"]] as const;
const DOCKER = join(import.meta.dir, "..", "..", "docker");
const COMPOSE = join(DOCKER, "compose.yaml");

function whyNot(tool: readonly string[]): string {
  const isHere =
    Bun.which(tool[0] ?? "") !== null &&
    Bun.spawnSync([...tool, "version"], { stdout: "ignore", stderr: "ignore" }).exitCode === 0;
  return isHere ? "" : ` (skipped: ${tool.join(" ")} is not here)`;
}

/** Each service's own lines, by its name. */
function servicesIn(config: string): Record<string, string> {
  const [, services = ""] = /^services:\n((?: .*\n)+)/m.exec(config) ?? [];
  const parts = services.split(/^ {2}(?=\w+:\n)/m).filter((part) => part !== "");
  return Object.fromEntries(parts.map((part) => [part.slice(0, part.indexOf(":")), part]));
}

for (const tool of FORMS) {
  const why = whyNot(tool);
  test.skipIf(why !== "")(`${tool.join(" ")} accepts the file without a word${why}`, async () => {
    const child = Bun.spawn([...tool, "--file", COMPOSE, "config"], {
      env: { PATH: process.env.PATH, HOME: tmpdir(), ANTHROPIC_API_KEY: "sk-of-a-person" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [config, complaint] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    expect([await child.exited, complaint]).toEqual([0, ""]);
    const services = servicesIn(config);
    const holding = (text: string) =>
      Object.keys(services).filter((name) => services[name]?.includes(text));
    expect(holding("docker.sock")).toEqual(["broker"]);
    expect(holding("sk-of-a-person")).toEqual(["agent"]);
    expect(holding("ports:")).toEqual([]);
    expect(holding("no-new-privileges")).toEqual(["agent", "broker", "monitor"]);
    expect(config).toContain("tikv_default");
  });
}

test("the image is named by this version wherever it is named", () => {
  const files = ["compose.yaml", "operator.Dockerfile", "../README.md"];
  const named = files.flatMap((file) => [
    ...readFileSync(join(DOCKER, file), "utf8").matchAll(/\boperator:(\d[\w.]*\d)/g),
  ]);
  expect(named.length).toBeGreaterThan(2);
  expect(new Set(named.map(([, found]) => found))).toEqual(new Set([version]));
});
