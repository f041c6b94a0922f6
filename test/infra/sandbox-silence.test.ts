// A member whose port takes no connection: its queue is full, which drops what comes.
import { afterAll, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { probeSandbox } from "../../src/infra/sandbox.ts";
import { listeningOf } from "../../src/infra/sandbox-network.ts";
import { BWRAP_TROUBLE, inSandbox } from "../support/bwrap.ts";
import { eventually } from "../support/eventually.ts";
import { runInside, sandboxWorld } from "../support/sandboxed-shell.ts";

/** More than any queue that Bun asks for. */
const CONNECTIONS = 700;
const LISTENS =
  'const s = require("node:net").createServer().listen(0, "127.0.0.1", 1, () => ' +
  "console.log(s.address().port));";
const listener = Bun.spawn([process.execPath, "-e", LISTENS], {
  stdout: "pipe",
  env: { ...process.env, BUN_BE_BUN: "1" },
});
const waiting: Socket[] = [];
const port = await fullPort();

afterAll(async () => {
  for (const socket of waiting) socket.destroy();
  listener.kill("SIGKILL");
  await listener.exited;
});

/** Its process is stopped: the kernel takes what its queue has room for, and drops the rest. */
async function fullPort(): Promise<number> {
  const { value } = await listener.stdout.getReader().read();
  const full = Number(new TextDecoder().decode(value));
  listener.kill("SIGSTOP");
  for (let index = 0; index < CONNECTIONS; index += 1) {
    const socket = connect({ host: "127.0.0.1", port: full });
    socket.on("error", () => socket.destroy());
    waiting.push(socket);
  }
  return full;
}

test("who takes no connection is not taken for one that listens", async () => {
  const address = { host: "127.0.0.1", port };
  expect(await listeningOf([address], "uptime")).toEqual({ accepting: [], silent: [address] });
});

test.skipIf(BWRAP_TROUBLE !== undefined)(
  inSandbox("a look hears that a member takes no connection"),
  async () => {
    const addresses = () => [{ host: "127.0.0.1", port }];
    const inside = await probeSandbox(sandboxWorld({ addresses }));
    const look = `curl -s -w '%{time_connect}' http://127.0.0.1:${port}/`;
    const { exitCode, output, notes } = await runInside(look, { inside });
    expect([exitCode, output.head]).toEqual([7, "0.000000"]);
    expect(notes).toEqual([expect.stringContaining(`127.0.0.1:${port} neither took nor refused`)]);
  },
);

test("who listens is knocked at only by a command that names the port", async () => {
  let knocks = 0;
  const open = () => {
    knocks += 1;
  };
  using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { open, data: () => {} } });
  const address = { host: "127.0.0.1", port: server.port };
  const accepting = { accepting: [address], silent: [] };
  expect(await listeningOf([address], `uptime; echo 1${server.port}`)).toEqual(accepting);
  expect(knocks).toBe(0);
  expect(await listeningOf([address], `nc -z 127.0.0.1 ${server.port}`)).toEqual(accepting);
  await eventually(() => knocks === 1, "it was knocked at");
  server.stop(true);
  expect(await listeningOf([address], "uptime")).toEqual({ accepting: [], silent: [] });
});
