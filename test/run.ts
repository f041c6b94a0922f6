// Runs the whole suite and then looks for what it left: a process of ours that is still alive is a
// failure, whatever the tests said. Ends with one plain line of counts.
import { chmod, mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const SETTLE_MS = 5_000;
/** For one test; those on real clusters take a while. */
const TEST_MS_MAX = 60_000;

process.exit(await main(process.argv.slice(2)));

async function main(extra: readonly string[]): Promise<number> {
  // Every home, database and socket of a test is below this directory: that is how it is
  // recognised.
  const runDir = await mkdtemp(join(tmpdir(), "operator-test-"));
  // Some tests act as a user without rights, who must still find the way to what they may read.
  await chmod(runDir, 0o755);
  const { exitCode, counts } = await runTests(runDir, extra);
  const left = await processesLeft(runDir);
  for (const line of left) console.log(`left running: ${line}`);
  await rm(runDir, { recursive: true, force: true });
  console.log(
    `${counts.passed} passed, ${counts.failed + left.length} failed, ${counts.skipped} skipped`,
  );
  return exitCode !== 0 || left.length > 0 || counts.passed === 0 ? 1 : 0;
}

async function runTests(
  runDir: string,
  extra: readonly string[],
): Promise<{ readonly exitCode: number; readonly counts: Counts }> {
  const report = join(runDir, "report.xml");
  const reporter = ["--reporter=junit", `--reporter-outfile=${report}`];
  // bunfig.toml has no setting for it that Bun 1.4.4 reads.
  const timeout = `--timeout=${TEST_MS_MAX}`;
  const child = Bun.spawn([process.execPath, "test", timeout, ...reporter, ...extra], {
    cwd: join(import.meta.dir, ".."),
    env: testEnvironment(runDir),
    stdio: ["ignore", "inherit", "inherit"],
  });
  const exitCode = await child.exited;
  return { exitCode, counts: countsOf(await readFile(report, "utf8").catch(() => "")) };
}

/** The tests see no key, no home and no settings of the person who runs them. */
function testEnvironment(runDir: string): Record<string, string> {
  const { PATH = "", LANG = "C.UTF-8", TERM = "dumb" } = process.env;
  return { PATH, LANG, TERM, TMPDIR: runDir, HOME: runDir, NO_COLOR: "1" };
}

function countsOf(report: string): Counts {
  const root = /<testsuites\b[^>]*>/.exec(report)?.[0] ?? "";
  const attribute = (name: string) =>
    Number(new RegExp(`\\b${name}="(\\d+)"`).exec(root)?.[1] ?? 0);
  const failed = attribute("failures") + attribute("errors");
  const skipped = attribute("skipped");
  return { passed: attribute("tests") - failed - skipped, failed, skipped };
}

/** Processes whose command line or environment names the run's directory. Linux only: /proc. */
async function processesLeft(runDir: string): Promise<readonly string[]> {
  const deadline = Date.now() + SETTLE_MS;
  let left = await findProcesses(runDir);
  while (left.length > 0 && Date.now() < deadline) {
    await Bun.sleep(100);
    left = await findProcesses(runDir);
  }
  return left;
}

async function findProcesses(runDir: string): Promise<readonly string[]> {
  const entries = await readdir("/proc").catch(() => []);
  const pids = entries.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(pids.map((pid) => describeIfOurs(pid, runDir)));
  return found.filter((line) => line !== undefined);
}

async function describeIfOurs(pid: string, runDir: string): Promise<string | undefined> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
  // redis-server writes its title over its environment, and lives in its directory.
  const home = readlink(`/proc/${pid}/cwd`).catch(() => "");
  const [command, ...places] = await Promise.all([read("cmdline"), read("environ"), home]);
  if (![command, ...places].some((text) => text.includes(runDir))) return undefined;
  return `${pid} ${command.replaceAll("\0", " ").trim()}`;
}
