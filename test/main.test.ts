// The process as a whole: what signals make of a daemon, and what started it.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./support/eventually.ts";
import { type LoopbackServer, serveSockets } from "./support/loopback-server.ts";

const MAIN = join(import.meta.dir, "..", "src", "main.ts");

interface Daemon {
  readonly process: Bun.Subprocess;
  lines(): string;
}

/** A monitor of a PD that never answers; `before` is shell that runs before it. */
function startMonitor(home: string, pd: LoopbackServer, before = ":"): Daemon {
  const words = ["monitor", "--subject", "tikv", "--interval", "50ms", "--pd", pd.url];
  const process_ = Bun.spawn(
    ["/bin/sh", "-c", `${before}; exec "$@"`, "sh", process.execPath, MAIN, ...words],
    { env: { PATH: process.env.PATH, OPERATOR_HOME: home }, stdio: ["ignore", "pipe", "inherit"] },
  );
  let text = "";
  void (async () => {
    for await (const chunk of process_.stdout) text += new TextDecoder().decode(chunk);
  })();
  return { process: process_, lines: () => text };
}

async function withMonitor(before: string, work: (daemon: Daemon) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "operator-main-"));
  await using pd = await serveSockets((socket) => void socket);
  const daemon = startMonitor(home, pd, before);
  try {
    await eventually(() => daemon.lines().includes("violation(s)"), "the first observation");
    await work(daemon);
  } finally {
    daemon.process.kill("SIGKILL");
    await daemon.process.exited;
    rmSync(home, { recursive: true });
  }
}

for (const [signals, exitCode] of [
  [["SIGTERM"], 0],
  [["SIGINT"], 130],
  // As a terminal that closes sends it, once by the kernel and once by the shell.
  [["SIGHUP", "SIGHUP"], 0],
] as const) {
  test(`${signals.join(", then ")} ends a daemon in good order`, async () => {
    await withMonitor(":", async (daemon) => {
      for (const signal of signals) daemon.process.kill(signal);
      expect(await daemon.process.exited).toBe(exitCode);
      expect(daemon.lines()).toEndWith("Monitor stopped\n");
    });
  });
}

test.skipIf(process.platform !== "linux")(
  "a daemon that was started to ignore SIGHUP outlives its terminal (Linux alone tells)",
  async () => {
    await withMonitor("trap '' HUP", async (daemon) => {
      daemon.process.kill("SIGHUP");
      daemon.process.kill("SIGTERM");
      expect(await daemon.process.exited).toBe(0);
      expect(daemon.lines()).not.toContain("SIGHUP");
    });
  },
);

for (const crash of ["throw defect", "void Promise.reject(defect)"]) {
  test(`a defect that no command awaits ends it with exit 70 and its stack: ${crash}`, async () => {
    const home = mkdtempSync(join(tmpdir(), "operator-main-"));
    const preload = join(home, "crash.ts");
    const defect = 'const defect = new Error("boom");';
    writeFileSync(preload, `process.on("SIGUSR2", () => { ${defect} ${crash} });`);
    const words = ["agent", "--model", "runbook", "--db", join(home, "tickets.db")];
    await using agent = Bun.spawn([process.execPath, "--preload", preload, MAIN, ...words], {
      env: { PATH: process.env.PATH, OPERATOR_HOME: home },
      stdio: ["ignore", "pipe", "pipe"],
    });
    await agent.stdout.getReader().read();
    agent.kill("SIGUSR2");
    expect(await agent.exited).toBe(70);
    expect(await agent.stderr.text()).toMatch(/^operator: this is a defect.*boom/s);
    rmSync(home, { recursive: true });
  });
}
