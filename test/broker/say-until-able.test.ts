// What a broker says at its start when it has no way to members, and when it has one.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { sayUntilAble } from "../../src/runtimes/broker/say-until-able.ts";
import { openBrokered } from "../../src/runtimes/docker/brokered.ts";
import { tikv } from "../../subjects/tikv/definition.ts";
import { asNobody } from "../support/as-nobody.ts";
import { eventually } from "../support/eventually.ts";
import { memoryRuntime } from "../support/memory-runtime.ts";

const clock = {
  ...systemClock,
  sleep: (_: number, signal?: AbortSignal) => systemClock.sleep(5, signal),
};

let dir: string;
let stop: AbortController;
let lines: string[];
const say = (line: string) => void lines.push(line);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "operator-engine-"));
  await chmod(dir, 0o755);
  stop = new AbortController();
  lines = [];
});

afterEach(() => rm(dir, { recursive: true }));

test("each reason is said once, with its remedy, and that it is over", async () => {
  const failures = ["none", "none", "forbidden"];
  const { runtime } = memoryRuntime({ tikv1: "tikv" });
  const open = async () => {
    const failure = failures.shift();
    if (failure !== undefined) throw new Error(failure);
    return runtime;
  };
  await sayUntilAble({ open, clock, signal: stop.signal, say });
  expect(lines).toEqual([
    "[Broker] no way to members: none",
    "[Broker] no way to members: forbidden",
    "[Broker] there is a way to members now",
  ]);
});

test.skipIf(process.getuid?.() !== 0)(
  "an engine's socket that is not this user's is told with its group (needs root)",
  async () => {
    const path = join(dir, "engine.sock");
    const engine = Bun.serve({ unix: path, fetch: () => new Response("{}") });
    await chmod(path, 0o600);
    const host = `unix://${path}`;
    const { docker: plan } = tikv;
    if (!plan) throw new Error("TiKV runs in containers");
    const open = openBrokered({ definition: tikv, plan, project: "mine", host, clock });
    await asNobody(async () => {
      const saying = sayUntilAble({ open, clock, signal: stop.signal, say });
      await eventually(() => lines.length > 0, "it says why");
      stop.abort();
      await saying;
    });
    await engine.stop(true);
    expect(lines).toEqual([
      `[Broker] no way to members: looking for a docker engine at ${host}: this user may not ` +
        "use it; let an administrator add you to its group, and log in again; " +
        "docker/compose.yaml has OPERATOR_DOCKER_GID for it",
    ]);
  },
);
