// Commands that look, in the real sandbox. Where bwrap is missing or not allowed they are skipped.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ProbedSandbox, probeSandbox, type SandboxWorld } from "../../src/infra/sandbox.ts";
import { BWRAP_TROUBLE, inSandbox } from "../support/bwrap.ts";
import { eventually } from "../support/eventually.ts";
import { processesNaming } from "../support/processes-naming.ts";
import { hasRedis, startRedis } from "../support/real-redis.ts";
import { type InsideOptions, LOOK, runInside, sandboxWorld } from "../support/sandboxed-shell.ts";

const testInSandbox = test.skipIf(BWRAP_TROUBLE !== undefined);
const home = mkdtempSync(join(tmpdir(), "operator-sandbox-"));
const heard: string[] = [];
const member = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: ({ method }) => {
    heard.push(method);
    return new Response("member\n");
  },
});
const other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("other\n") });
const found = BWRAP_TROUBLE === undefined ? await probeSandbox(worldWith({})) : undefined;

beforeAll(() => {
  mkdirSync(join(home, "members"));
  writeFileSync(join(home, "members", "log"), "it was here\n");
  writeFileSync(join(home, "policy.yaml"), "rules: []\n");
});

afterAll(async () => {
  await Promise.all([member.stop(true), other.stop(true)]);
  rmSync(home, { recursive: true, force: true });
});

function worldWith(changes: Partial<SandboxWorld>): SandboxWorld {
  return sandboxWorld({
    env: { PATH: process.env.PATH, OPERATOR_HOME: home },
    hidden: [home],
    shown: () => [join(home, "members")],
    addresses: () => [
      { host: "127.0.0.1", port: member.port ?? 0 },
      { host: "localhost", port: member.port ?? 0 },
    ],
    mayAsk: ([program, verb]) => program === "ps" || verb === "tickets",
    ...changes,
  });
}

function run(command: string, changes: Partial<InsideOptions> = {}) {
  return runInside(command, { inside: found, ...changes });
}

async function linesOf(command: string): Promise<readonly string[]> {
  const { output } = await run(command);
  return output.head.trimEnd().split("\n");
}

testInSandbox(inSandbox("the subject's addresses are reached, and no other"), async () => {
  const asked = [member.port, other.port].map((port) => `curl -s http://127.0.0.1:${port}/`);
  const byName = `curl -s http://localhost:${member.port}/`;
  const lines = await linesOf(
    `${asked.join("; ")}; echo $?; ${byName}; curl -s http://1.1.1.1/; echo $?`,
  );
  // curl's 7: refused, and at once.
  expect(lines).toEqual(["member", "7", "member", "7"]);
});

testInSandbox(inSandbox("a member that does not listen refuses, as it does outside"), async () => {
  const gone = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { port = 0 } = gone;
  await gone.stop(true);
  const inside = await probeSandbox(worldWith({ addresses: () => [{ host: "127.0.0.1", port }] }));
  expect((await run(`curl -s http://127.0.0.1:${port}/`, { inside })).exitCode).toBe(7);
});

testInSandbox(inSandbox("a member hears only what reads, whatever the command was"), async () => {
  const url = `http://127.0.0.1:${member.port}/`;
  heard.splice(0);
  const kept = `curl -s ${url} --next -s -X DELETE ${url}; curl -s --json {} ${url}`;
  const { output, notes } = await run(`${kept}; curl -s --http2-prior-knowledge ${url}; echo $?`);
  const refused = "a command that looks sends GET and HEAD alone";
  expect(output.head.split("\n")).toEqual([
    "member",
    `operator: DELETE: ${refused}`,
    `operator: POST: ${refused}`,
    expect.stringMatching(/^[1-9]\d*$/),
    "",
  ]);
  const told = [`DELETE: ${refused}`, `POST: ${refused}`, "HTTP/2 is not read here, HTTP/1.1 is"];
  const address = `not let through to 127.0.0.1:${member.port}`;
  expect(notes).toEqual(told.map((why) => `${address}: ${why}`));
  expect(heard).toEqual(["GET"]);
});

testInSandbox.skipIf(!hasRedis)(inSandbox("Redis is read, and not written"), async () => {
  await using redis = await startRedis();
  await redis.call("set", "kept", "1");
  const addresses = () => [{ host: "127.0.0.1", port: redis.port }];
  const inside = await probeSandbox(worldWith({ addresses }));
  const cli = `redis-cli -p ${redis.port}`;
  const looks = `${cli} get kept; ${cli} -n 0 --scan; ${cli} -3 config get port; ${cli} --bigkeys`;
  const looked = await run(looks, { inside });
  expect([looked.exitCode, looked.notes]).toEqual([0, undefined]);
  const refused = "a command that looks sends Redis what reads, and nothing else";
  const { output } = await run(`${cli} flushall; printf 'del kept\n' | ${cli}`, { inside });
  expect(output.head.trim().split(/\n+/)).toEqual([
    `ERR operator: FLUSHALL: ${refused}`,
    `ERR operator: DEL: ${refused}`,
  ]);
  expect(await redis.call("get", "kept")).toBe("1");
});

testInSandbox(
  inSandbox("nothing is written but below /tmp, and that is the command's own"),
  async () => {
    const result = await run("touch /etc/x /usr/x /dev/x; echo mine > /tmp/mine && cat /tmp/mine", {
      reach: { ...LOOK, writesTemporaryFiles: true },
    });
    expect(result.notes).toEqual(["it ran in a sandbox: what it wrote below /tmp is gone with it"]);
    expect(result.output.head.match(/Read-only file system/g)).toHaveLength(3);
    expect(result.output.head).toEndWith("mine\n");
    expect(await linesOf("ls /tmp/mine")).toEqual([expect.stringContaining("No such file")]);
  },
);

testInSandbox(
  inSandbox("homes, keys and operator's own files are not there; logs are"),
  async () => {
    const lines = await linesOf(
      `cat ${home}/members/log; cat /etc/shadow; ls -A ${home}; ls -A /run`,
    );
    expect(lines).toEqual([
      "it was here",
      expect.stringContaining("denied"),
      "members",
      "operator-door",
    ]);
  },
);

testInSandbox(
  inSandbox("other processes are seen, but not their environment, nor signalled"),
  async () => {
    const env = { ...process.env, ANTHROPIC_API_KEY: "sk-ant-planted" };
    const secretive = Bun.spawn(["sleep", "314"], { env });
    const { pid } = secretive;
    const lines = await linesOf(
      `ps -o args= -p ${pid}; ps eww -p ${pid} | grep -c planted; ` +
        `cat /proc/${pid}/environ; kill -9 ${pid}; env | grep -c planted`,
    );
    secretive.kill();
    expect(lines.slice(0, 2)).toEqual(["sleep 314", "0"]);
    expect(lines.slice(2).join()).not.toContain("planted");
    expect(lines.at(-1)).toBe("0");
    await secretive.exited;
    expect(secretive.signalCode).toBe("SIGTERM");
  },
);

testInSandbox(
  inSandbox("a question to operator is answered from outside, and no other is"),
  async () => {
    const result = await run("operator tickets list | cat; operator agent --once");
    expect(result.output.head).toBe(
      "no tickets\noperator: a command that looks asks this of nobody\n",
    );
    expect(result.exitCode).toBe(126);
  },
);

/** An engine's program on PATH that says a megabyte in each of its steps, and counts them. */
async function insideWithEngine(steps: number): Promise<ProbedSandbox> {
  const step = `yes 123456789 | head -c 1000000; echo $i > ${home}/steps`;
  const script = `#!/bin/sh\nfor i in $(seq ${steps}); do ${step}; done\n`;
  writeFileSync(join(home, "docker"), script, { mode: 0o755 });
  const PATH = `${home}:${process.env.PATH}`;
  return probeSandbox(worldWith({ env: { PATH }, mayAsk: () => true }));
}

testInSandbox(inSandbox("an answer from outside comes whole"), async () => {
  const inside = await insideWithEngine(3);
  expect((await run("docker ps | wc -c", { inside })).output.head).toBe("3000000\n");
});

testInSandbox(inSandbox("what is asked outside has the bounds of what asks"), async () => {
  writeFileSync(join(home, "docker"), "#!/bin/sh\nulimit -H -t\n", { mode: 0o755 });
  const PATH = `${home}:${process.env.PATH}`;
  const inside = await probeSandbox(worldWith({ env: { PATH }, mayAsk: () => true }));
  expect((await run("docker ps | cat", { inside })).output.head).toBe("31\n");
});

testInSandbox(inSandbox("a path in a container is none of this machine's"), async () => {
  writeFileSync(join(home, "docker"), '#!/bin/sh\necho "$*"\n', { mode: 0o755 });
  const PATH = `${home}:${process.env.PATH}`;
  const inside = await probeSandbox(worldWith({ env: { PATH }, mayAsk: () => true }));
  const look = "cat /proc/1/status /root";
  const lines = [`docker exec a ${look}`, `docker container exec a ${look}`, `docker ps ${look}`];
  const { output } = await run(`${lines.join("; ")}; true`, { inside });
  const refused = "docker: a command that looks asks this of nobody";
  expect(output.head).toBe(`exec a ${look}\ncontainer exec a ${look}\n${refused}\n`);
});

testInSandbox(inSandbox("what nobody reads in the sandbox is not said outside"), async () => {
  const inside = await insideWithEngine(100);
  await run("docker ps | sleep 2", { inside });
  expect(Number(await Bun.file(join(home, "steps")).text())).toBeLessThan(20);
});

// It reads its input to the end first, as pd-ctl does.
testInSandbox(inSandbox("what speaks gRPC is asked outside, as its words are"), async () => {
  const [secret, log] = [join(home, "policy.yaml"), join(home, "members", "log")];
  writeFileSync(join(home, "tikv-ctl"), `#!/bin/sh\ncat; echo "$@"; ls ${secret}\n`, {
    mode: 0o755,
  });
  const mayAsk = (words: readonly string[]) => words.at(2) === "store";
  const ctl = "tikv-ctl --host=127.0.0.1:1";
  const PATH = `${home}:${process.env.PATH}`;
  const inside = await probeSandbox(worldWith({ env: { PATH }, mayAsk }));
  const linesOfTool = async (command: string) =>
    (await runInside(command, { inside, env: { PATH } })).output.head.trimEnd().split("\n");
  const refused = ["tikv-ctl: a command that looks asks this of nobody"];
  expect(await linesOfTool(`${ctl} store | cat`)).toEqual(["--host=127.0.0.1:1 store", secret]);
  expect(await linesOfTool(`${ctl} unsafe-recover | cat`)).toEqual(refused);
  expect(await linesOfTool(`${ctl} unsafe-recover`)).toEqual(refused);
  // What the sandbox hides it does not read for it, either, whether it is asked plainly or not.
  for (const named of [secret, `--x=${secret}`, `-x${secret}`, "/proc/1/environ"]) {
    expect(await linesOfTool(`${ctl} store ${named}`)).toEqual(refused);
    expect(await linesOfTool(`${ctl} store ${named} | cat`)).toEqual(refused);
  }
  expect((await linesOfTool(`${ctl} store ${log}`)).at(-1)).toBe(secret);
  // Nor does it open a store's data.
  expect(await linesOfTool("tikv-ctl --data-dir=/x store")).toEqual(refused);
  expect(await linesOfTool(`${ctl} store --config=/x`)).toEqual(refused);
});

testInSandbox(inSandbox("files in /tmp have one bound together"), async () => {
  const result = await run("head -c 40M /dev/zero > /tmp/a; head -c 40M /dev/zero > /tmp/b");
  expect(result.output.head).toContain("No space left on device");
  expect(result.notes).toEqual(["it may have met a bound of this shell: 64 MiB in /tmp"]);
});

testInSandbox(
  inSandbox("no bound is lifted in it, and nothing is privileged, whoever runs it"),
  async () => {
    const result = await run("ulimit -H -t unlimited; ulimit -H -t; grep CapEff /proc/self/status");
    expect(result.output.head).toEndWith("\n31\nCapEff:\t0000000000000000\n");
  },
);

testInSandbox(inSandbox("what leaves the session ends with the sandbox"), async () => {
  const isSleeping = async () =>
    (await processesNaming("27182")).some(({ command }) => command.startsWith("sleep"));
  const controller = new AbortController();
  const ended = run("setsid sleep 27182 & sleep 300", { signal: controller.signal });
  await eventually(isSleeping, "it runs");
  controller.abort();
  expect((await ended).aborted).toBe(true);
  await eventually(async () => !(await isSleeping()), "it is gone");
});

testInSandbox(inSandbox("a command leaves no door behind"), async () => {
  await run("true");
  const doors = readdirSync(tmpdir()).filter((name) =>
    name.startsWith(`operator-door-${process.pid}-`),
  );
  expect(doors).toEqual([]);
});

test("a bwrap that may not do its work is said to be of no use, in its own words", async () => {
  const broken = join(home, "bwrap");
  writeFileSync(broken, "#!/bin/sh\necho 'bwrap: No permissions' >&2; exit 1\n", { mode: 0o755 });
  const probed = await probeSandbox(worldWith({ bwrap: broken }));
  expect(probed).toEqual({ state: "unusable", reason: "bwrap: No permissions" });
});

// As bwrap's own child does, whose parent died before it was let go on.
test("a bwrap that is stuck dies with the process that probes it", async () => {
  const stuck = join(home, "bwrap");
  writeFileSync(stuck, "#!/bin/sh\nexec sleep 300\n", { mode: 0o755 });
  const starter = join(import.meta.dir, "probe-starter.ts");
  const running = Bun.spawn([process.execPath, starter, stuck], {
    env: { PATH: process.env.PATH, OPERATOR_HOME: home },
  });
  const naming = () => processesNaming(home);
  const isStuck = async () => (await naming()).some(({ command }) => command === "sleep 300 ");
  await eventually(isStuck, "the bwrap runs");
  running.kill("SIGKILL");
  await eventually(async () => (await naming()).length === 0, "nobody is left");
});
