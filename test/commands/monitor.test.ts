// `operator monitor` itself: its flags, and the exit codes of --once.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runMonitorCommand } from "../../src/commands/monitor.ts";
import { commandContext } from "../support/command-context.ts";
import { eventually } from "../support/eventually.ts";
import { type LoopbackServer, serveBytes, serveSockets } from "../support/loopback-server.ts";

const HTML = "HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n<html>Hi</html>";

test("--once ends with 1 when it could not see, whoever answers", async () => {
  await using server = await serveBytes(HTML);
  const { lines, exitCode } = await lookOnce(server);
  expect(exitCode).toBe(1);
  expect(lines).toEqual([expect.stringMatching(/^cannot see: 11 of 11 verdicts unknown; /)]);
});

test("a secret in what a member answers is told to nobody, and so not filed", async () => {
  const body = "cannot log in: password=S3cr3tPwFake99xyz, as Own3nvSecret says";
  const head = `HTTP/1.1 500 Oh\r\ncontent-length: ${body.length}\r\n\r\n`;
  await using server = await serveBytes(`${head}${body}`);
  const lines: string[] = [];
  const context = contextFor(server, { lines });
  const flags = { ...context.flags, json: true };
  await runMonitorCommand({ ...context, flags, env: { PD_PASSWORD: "Own3nvSecret" } });
  expect(lines.join()).toContain("cannot log in: password=[redacted]");
  expect(lines.join()).not.toMatch(/S3cr3tPwFake99xyz|Own3nvSecret/);
});

test("--once that is interrupted says nothing of the subject", async () => {
  const asked: unknown[] = [];
  await using server = await serveSockets((socket) => asked.push(socket));
  const stopping = new AbortController();
  const lines: string[] = [];
  const context = contextFor(server, { lines, signal: stopping.signal });
  const failure = runMonitorCommand(context).catch((error: unknown) => error);
  await eventually(() => asked.length > 0, "PD is asked");
  stopping.abort("SIGTERM");
  expect(await failure).toMatchObject({
    code: "interrupted",
    message: "looking at tikv: SIGTERM",
  });
  expect(lines).toEqual([]);
});

test("a wrong interval is refused before a subject is looked for", () => {
  const typed = ["--subject", "tikv", "--interval", "often"];
  const context = commandContext({ typed, env: { OPERATOR_HOME: "/nowhere" }, self: [] });
  return expect(runMonitorCommand(context)).rejects.toThrow("must be a duration");
});

test("a database that cannot be opened is said once, and tried until it can", async () => {
  const home = mkdtempSync(join(tmpdir(), "operator-monitor-"));
  const stopping = new AbortController();
  const [lines, troubles]: [string[], string[]] = [[], []];
  await using server = await serveBytes(HTML);
  const context = contextFor(server, { lines, signal: stopping.signal, once: false });
  let attempts = 0;
  const clock = {
    ...context.clock,
    sleep: async (_: number, signal?: AbortSignal) => {
      attempts += 1;
      if (attempts === 3) rmSync(join(home, "tickets.db"), { recursive: true });
      if (lines.length > 0) stopping.abort("SIGTERM");
      await context.clock.sleep(1, signal);
    },
  };
  const flags = { ...context.flags, db: join(home, "tickets.db") };
  const printError = (line: string) => troubles.push(line);
  Bun.spawnSync(["mkdir", join(home, "tickets.db")]);
  expect(await runMonitorCommand({ ...context, clock, flags, printError })).toBe(0);
  expect(troubles).toEqual([expect.stringMatching(/it is a directory; trying again$/)]);
  expect(lines[0]).toBe("Monitor watching tikv every 5000 ms");
  rmSync(home, { recursive: true });
});

interface Look {
  readonly lines: string[];
  readonly signal?: AbortSignal;
  readonly once?: boolean;
}

function contextFor({ url }: LoopbackServer, { lines, once = true, ...rest }: Look) {
  return commandContext({
    typed: ["--subject", "tikv", "--pd", url, ...(once ? ["--once"] : [])],
    env: {},
    self: [],
    print: (line) => lines.push(line),
    ...rest,
  });
}

async function lookOnce(server: LoopbackServer) {
  const lines: string[] = [];
  const exitCode = await runMonitorCommand(contextFor(server, { lines }));
  return { lines, exitCode };
}
