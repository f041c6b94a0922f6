// The one file that runs before anything is installed, under plain Node or under Bun.
// It brings the pinned Bun and the locked packages when they are missing, then does what was asked:
// node src/setup.mjs demo|test|build|bench [arguments].
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const courier = join(modules, ".bun-courier");
const stamp = join(modules, ".installed-from");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

// Ctrl-C reaches the step that runs as well: we stay until it has cleared up after itself.
process.on("SIGINT", () => undefined);

const [verb = "", ...rest] = process.argv.slice(2);
let bun = findBun();
bun ??= fetchBun();
installPackages();
const steps = planSteps(rest);
const chosen = steps[verb];
if (!chosen) fail(`unknown step "${verb}": one of ${Object.keys(steps).join(", ")}`);
for (const step of chosen) run(step.command, step.arguments);

function planSteps(extra) {
  const executable = join(root, "dist", process.platform === "win32" ? "operator.exe" : "operator");
  const build = { command: bun, arguments: ["build.ts"] };
  const inModules = (path) => [join(modules, ...path)];
  return {
    build: [{ command: bun, arguments: ["build.ts", ...extra] }],
    demo: [build, { command: executable, arguments: ["demo", "tikv", ...extra] }],
    test: [
      { command: bun, arguments: [...inModules(["typescript", "bin", "tsc"]), "--noEmit"] },
      {
        command: bun,
        arguments: [...inModules(["@biomejs", "biome", "bin", "biome"]), "check", "."],
      },
      { command: bun, arguments: ["test/run.ts", ...extra] },
    ],
    bench: [build, { command: bun, arguments: ["test/bench/main.ts", ...extra] }],
  };
}

/**
 * The pinned Bun: the one that runs this file, or one inside node_modules. Not any other on PATH.
 */
function findBun() {
  const wanted = manifest.devDependencies.bun;
  const candidates = process.versions.bun === wanted ? [process.execPath] : [];
  for (const base of [modules, join(courier, "node_modules")]) {
    const packages = existsSync(join(base, "@oven")) ? readdirSync(join(base, "@oven")) : [];
    candidates.push(...packages.flatMap((name) => binariesIn(join(base, "@oven", name, "bin"))));
    candidates.push(...binariesIn(join(base, "bun", "bin")));
  }
  return candidates.find((path) => versionOf(path) === wanted);
}

function binariesIn(folder) {
  return ["bun", "bun.exe"].map((name) => join(folder, name)).filter((path) => existsSync(path));
}

function versionOf(path) {
  return spawnSync(path, ["--version"], { encoding: "utf8" }).stdout?.trim();
}

/** npm only carries Bun here: the packages themselves come from the one lockfile, bun.lock. */
function fetchBun() {
  const wanted = `bun@${manifest.devDependencies.bun}`;
  process.stderr.write(`setup: fetching ${wanted}\n`);
  mkdirSync(courier, { recursive: true });
  writeFileSync(join(courier, "package.json"), '{"private":true}\n');
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const flags = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"];
  const flagsQuiet = ["--loglevel=error", "--workspaces=false", `--prefix=${courier}`];
  run(npm, ["install", ...flags, ...flagsQuiet, wanted], { shell: process.platform === "win32" });
  return (
    findBun() ?? fail(`${wanted} was installed, but none of its binaries runs on this machine`)
  );
}

function installPackages() {
  const lock = readFileSync(join(root, "bun.lock"));
  const wanted = createHash("sha256").update(lock).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  process.stderr.write("setup: installing packages from bun.lock\n");
  run(bun, ["install", "--frozen-lockfile", "--silent"]);
  writeFileSync(stamp, wanted);
}

/** Runs a step with this terminal; its failure is ours, with the same exit code. */
function run(command, parameters, options = {}) {
  const result = spawnSync(command, parameters, { cwd: root, stdio: "inherit", ...options });
  if (result.error) fail(`cannot run ${command}: ${result.error.message}`);
  if (result.signal) process.kill(process.pid, result.signal);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

function fail(message) {
  process.stderr.write(`setup: ${message}\n`);
  process.exit(1);
}
