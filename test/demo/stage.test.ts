// The stage with a shell in place of operator: what it makes of children that end.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDemoHome } from "../../demo/home.ts";
import { Stage } from "../../demo/stage.ts";
import { systemClock } from "../../src/infra/clock.ts";
import type { ProcessView } from "../../src/panels/view.ts";
import { commandContext } from "../support/command-context.ts";
import { eventually } from "../support/eventually.ts";

let home: string;
let lines: string[];
let processes: ProcessView[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "operator-stage-"));
  lines = [];
  processes = [];
});

afterEach(() => rm(home, { recursive: true, force: true }));

function openStage(self = ["/bin/sh", "-c"]): Stage {
  const env = { PATH: process.env.PATH, ANTHROPIC_API_KEY: "secret" };
  const context = commandContext({ typed: [], env, self });
  // No restart is waited for in real time.
  const clock = { ...systemClock, sleep: () => systemClock.sleep(0) };
  return new Stage({
    context: { ...context, clock },
    home,
    databasePath: join(home, "tickets.db"),
    subject: "toy",
    onLine: (source, line) => lines.push(`${source}: ${line}`),
    onProcess: (_, view) => processes.push(view),
  });
}

test("a child that keeps ending is started again three times, and then ends the demo", async () => {
  await using stage = openStage();
  stage.start("agent", ["echo no model; exit 2"]);
  const failure = await stage.givenUp("agent");
  expect(failure).toMatchObject({ message: "the agent keeps ending (exit 2)", hint: "no model" });
  expect(stage.childEnded()).rejects.toBe(failure);
  const news = "demo: the agent ended (exit 2), and is started again";
  expect(lines.filter((line) => line === news).length).toBe(3);
  expect(processes.slice(-2)).toEqual([
    { state: "running", restarts: 3 },
    { state: "ended", how: "exit 2", willRestart: false },
  ]);
});

test("a child that is stopped is no news, and its lines are in the home's logs", async () => {
  await using stage = openStage();
  stage.start("monitor", ["echo up; exec sleep 300"]);
  await eventually(() => lines.length > 0, "it is up");
  await stage.stop("monitor");
  expect(lines).toEqual(["monitor: up"]);
  expect(processes.at(-1)).toEqual({ state: "ended", how: "stopped", willRestart: false });
  expect(await readdir(join(home, "logs"))).toEqual(["monitor.log"]);
  expect(await readFile(join(home, "logs", "monitor.log"), "utf8")).toBe("up\n");
});

test("a demo's home keeps room for the end, when the disk may be full", async () => {
  await rm(home, { recursive: true });
  home = await createDemoHome();
  const { size } = await stat(join(home, "reserve"));
  expect(size).toBeGreaterThan(100_000);
  await openStage(["/bin/sh", "-c", 'ls "$OPERATOR_HOME"; echo "$@"', "operator"]).lower();
  expect(lines).toEqual(["subject: owner.json", "subject: subject down toy"]);
});

test("only the agent has a person's key", async () => {
  await using stage = openStage();
  for (const name of ["agent", "load"] as const) {
    stage.start(name, ["echo key $ANTHROPIC_API_KEY, home $OPERATOR_HOME; exec sleep 300"]);
  }
  await eventually(() => lines.length === 2, "both have spoken");
  expect(lines.toSorted()).toEqual([`agent: key secret, home ${home}`, `load: key , home ${home}`]);
});
