// Stand-ins by the command lines of the programs whose place they take.
import { afterEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFlags } from "../../src/infra/program-flags.ts";
import { allocatePorts } from "../../src/runtimes/local/ports.ts";
import { eventually } from "../support/eventually.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function standIn(words: readonly string[]): Bun.ReadableSubprocess {
  const child = Bun.spawn([process.execPath, MAIN, "program", "tikv", ...words], {
    env: { PATH: process.env.PATH, OPERATOR_TIME_SCALE: "10" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  cleanups.push(() => {
    child.kill();
    return child.exited;
  });
  return child;
}

async function jsonFrom(url: string): Promise<unknown> {
  return eventually(async () => {
    const answer = await fetch(url).catch(() => undefined);
    return answer?.ok === true && (await answer.json());
  }, `${url} answers`);
}

test("flags are read in every form, and the last of several counts", () => {
  const known = { name: "", "log-level": "L" };
  const words = ["--name=pd1", "--name", "pd2", "-L", "info"];
  expect(readFlags(words, known)).toEqual({ name: "pd2", "log-level": "info" });
  expect(readFlags(["--name=a=b"], known)).toEqual({ name: "a=b" });
});

test.each([[["--nam=x"]], [["--name"]], [["name=x"]], [["-"]]])("%p is refused", (words) => {
  const read = () => readFlags(words, { name: "" });
  expect(read).toThrow("unknown here, or without its value");
});

test("pd-server and tikv-server answer as their flags say, and end at SIGTERM", async () => {
  const dir = await mkdtemp(join(tmpdir(), "operator-program-"));
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  const [client, peer, store, status] = await allocatePorts(4, dir);
  const pd = standIn([
    ...["pd-server", "--", "--name=first", `--data-dir=${dir}/pd`],
    ...[`--client-urls=http://0.0.0.0:${client}`, `--peer-urls=http://0.0.0.0:${peer}`],
    `--advertise-client-urls=http://localhost:${client}`,
    `--initial-cluster=first=http://localhost:${peer}`,
  ]);
  const tikv = standIn([
    ...["tikv-server", "--", `-s=${dir}/tikv`, `--pd=localhost:${client}`, "--capacity=1GiB"],
    ...[`--addr=0.0.0.0:${store}`, `--status-addr=0.0.0.0:${status}`],
    `--advertise-addr=localhost:${store}`,
    `--advertise-status-addr=localhost:${status}`,
  ]);
  expect(await jsonFrom(`http://localhost:${client}/pd/api/v1/members`)).toMatchObject({
    members: [{ name: "first", client_urls: [`http://localhost:${client}`] }],
  });
  expect(await jsonFrom(`http://localhost:${status}/config`)).toMatchObject({
    server: { addr: `localhost:${store}`, "status-addr": `localhost:${status}` },
    pd: { endpoints: [`localhost:${client}`] },
  });
  for (const child of [tikv, pd]) child.kill("SIGTERM");
  expect(await Promise.all([pd.exited, tikv.exited])).toEqual([0, 0]);
});

test.each([
  [["tidb-server", "--"], "stand in for tidb-server: one of pd-server, tikv-server"],
  [
    ["pd-server", "--", "--name=x", "--initial-cluster=y=http://y:2380"],
    "stand in for pd-server: x is not in --initial-cluster",
  ],
])("%p is refused", async (words, message) => {
  const child = standIn(words);
  expect(await child.stderr.text()).toStartWith(`operator: ${message}`);
  expect(await child.exited).toBe(2);
});
