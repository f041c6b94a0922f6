// What a command in the sandbox gets of the machine that is neither a file nor an address.
import { beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { type ProbedSandbox, probeSandbox } from "../../src/infra/sandbox.ts";
import { BWRAP_TROUBLE, inSandbox } from "../support/bwrap.ts";
import { runInside, sandboxWorld } from "../support/sandboxed-shell.ts";

const testInSandbox = test.skipIf(BWRAP_TROUBLE !== undefined);
const NOT_HIDDEN = join(import.meta.dir, "../../node_modules");
let inside: ProbedSandbox | undefined;

beforeAll(async () => {
  if (BWRAP_TROUBLE === undefined) inside = await probeSandbox(sandboxWorld());
});

async function outputOf(command: string): Promise<string> {
  return (await runInside(command, { inside })).output.head;
}

testInSandbox(inSandbox("no setting of the kernel is written, even by root"), async () => {
  const setting = "/proc/sys/fs/pipe-max-size";
  const said = await outputOf(`cat ${setting} > /tmp/v; cat /tmp/v > ${setting}; echo $?`);
  expect(said).toMatch(/Read-only file system|Permission denied/);
  expect(await outputOf("find /proc /sys -type f -writable 2>/dev/null | head -n 3")).toBe("");
});

testInSandbox(
  inSandbox("a number is the machine's process, of which it tells no more"),
  async () => {
    const asking = await probeSandbox(sandboxWorld({ mayAsk: () => true }));
    const lines = async (command: string) =>
      (await runInside(command, { inside: asking })).output.head.trimEnd().split("\n");
    const other = Bun.spawn(["sleep", "315"], { env: { ...process.env, PLANTED: "planted" } });
    const { pid } = other;
    const alive = `kill -0 ${pid} 2>/dev/null && echo alive || echo dead`;
    const looks = `${alive}; test -d /proc/${pid} && head -1 /proc/${pid}/status`;
    expect(await lines(looks)).toEqual(["alive", "Name:\tsleep"]);
    expect(Number((await lines(`ls /proc/${pid}/fd | wc -l`)).at(-1))).toBeGreaterThan(2);
    const had = ["environ", "mem", "cwd/x", "root/etc/passwd", "fd/0", "maps", "exe"];
    const taken = await lines(had.map((one) => `head -c 9 /proc/${pid}/${one}`).join("; "));
    expect(taken.filter((line) => /denied$/.test(line))).toHaveLength(had.length);
    await lines(`kill -9 ${pid}; kill -s 9 ${pid}; command kill -9 ${pid}; echo 1 | xargs kill -9`);
    other.kill();
    await other.exited;
    expect(other.signalCode).toBe("SIGTERM");
    expect(await lines(`${alive}; test -d /proc/${pid} || echo gone`)).toEqual(["dead", "gone"]);
  },
);

testInSandbox(inSandbox("nobody listens on a socket in the file system"), async () => {
  expect(await askSocketIn(realpathSync(NOT_HIDDEN), inside)).toMatch(/^[1-9]\d*\n/);
});

testInSandbox(
  inSandbox("nor does what is hidden come back where something is shown around it"),
  async () => {
    const place = realpathSync(mkdtempSync(join(tmpdir(), "operator-shown-")));
    const kept = join(place, "kept");
    mkdirSync(kept);
    for (const dir of [place, kept]) writeFileSync(join(dir, "log"), "a line\n");
    const seeing = await probeSandbox(sandboxWorld({ shown: () => [place], hidden: [kept] }));
    const said = await runInside(`cat ${place}/log ${kept}/log 2>&1`, { inside: seeing });
    expect(said.output.head).toMatch(/^a line\n.*kept\/log: No such file/);
    expect(await askSocketIn(place, seeing)).toMatch(/^[1-9]\d*\n/);
    rmSync(place, { recursive: true });
  },
);

/** What curl says inside of a server that answers outside, and its exit. */
async function askSocketIn(place: string, sandbox: ProbedSandbox | undefined): Promise<string> {
  const dir = mkdtempSync(join(place, ".socket-"));
  const path = join(dir, "s");
  const server = Bun.serve({ unix: path, fetch: () => new Response("it answers\n") });
  const asked = `curl -s --unix-socket ${path} http://x/`;
  const outside = await new Response(Bun.spawn(["sh", "-c", asked]).stdout).text();
  const { output } = await runInside(`${asked}; echo $?`, { inside: sandbox });
  await server.stop(true);
  rmSync(dir, { recursive: true });
  expect(outside).toBe("it answers\n");
  return output.head;
}

/** Of this machine, and no loopback: to a sandbox it is another machine's. */
const address = Object.values(networkInterfaces())
  .flatMap((one) => one ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;
const whyNoAddress = address ? "" : " (skipped: no address but loopback)";

testInSandbox.skipIf(address === undefined)(
  inSandbox(`another machine's address is reached like any other, alone${whyNoAddress}`),
  async () => {
    const fetch = ({ method }: Request) => new Response(`${method}\n`);
    using server = Bun.serve({ port: 0, hostname: address ?? "", fetch });
    using other = Bun.serve({ port: 0, hostname: address ?? "", fetch });
    const [host, port] = [address ?? "", server.port ?? 0];
    const addresses = () => [{ host, port }];
    const apart = await probeSandbox(sandboxWorld({ addresses }));
    const url = `http://${host}:${port}/`;
    const asked = `curl -s ${url}; curl -s -X PUT ${url}; curl -s http://${host}:${other.port}/`;
    const { output } = await runInside(
      `${asked}; echo $?; curl -s http://169.254.169.254/; echo $?; id -u`,
      { inside: apart },
    );
    expect(output.head.split("\n")).toEqual([
      "GET",
      "operator: PUT: a command that looks sends GET and HEAD alone",
      ...["7", "7", String(process.geteuid?.()), ""],
    ]);
  },
);

testInSandbox(inSandbox("where no network can be given addresses, that is said"), async () => {
  const folder = mkdtempSync(join(tmpdir(), "operator-walls-"));
  const bwrap = join(folder, "bwrap");
  const script = `case "$*" in *CAP_NET_ADMIN*) exit 1;; esac; exec ${Bun.which("bwrap")} "$@"`;
  writeFileSync(bwrap, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const probed = [inside, await probeSandbox(sandboxWorld({ bwrap }))];
  rmSync(folder, { recursive: true });
  const isApart = (host: string) =>
    probed.map((one) => one?.state === "works" && one.isApart([{ host, port: 1 }]));
  expect(["127.0.0.1", "0.0.0.0", "pd1", "203.0.113.1"].map(isApart)).toEqual([
    [true, true],
    [true, true],
    [true, true],
    [true, false],
  ]);
});

const hasPerl = Bun.which("perl") !== null;
const why = hasPerl ? "" : " (skipped: no perl)";

testInSandbox.skipIf(!hasPerl)(
  inSandbox(`the kernel keeps no key, and no socket beside the network${why}`),
  async () => {
    // AF_UNIX, AF_INET and AF_INET6; AF_ALG and AF_VSOCK, which no namespace holds.
    const families = "[1, 1], [2, 1], [10, 1], [38, 5], [40, 1]";
    const open = `for (${families}) { print socket(S, $$_[0], $$_[1], 0) ? 1 : 0 }`;
    // KEYCTL_GET_KEYRING_ID of the session's.
    const keyctl = process.arch === "arm64" ? 219 : 250;
    const ring = `print syscall(${keyctl}, 0, -3, 0) >= 0 ? 1 : 0`;
    expect(await outputOf(`perl -e '${open}; ${ring}'`)).toBe("111000");
  },
);
