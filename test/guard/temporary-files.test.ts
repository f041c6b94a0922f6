// Files below /tmp are an agent's own in a sandbox, and everybody's elsewhere.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runGuard } from "../../src/commands/guard.ts";
import { commandContext } from "../support/command-context.ts";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

const WRITES: readonly string[] = [
  "echo x > /tmp/x",
  "echo x >> notes.txt",
  "touch /tmp/x",
  "echo x | tee /tmp/x",
  "curl -so /tmp/x http://127.0.0.1/",
  "cp /etc/hosts /tmp/x",
  "sed -i s/a/b/ /tmp/x",
];
const TAKES_AWAY: readonly string[] = ["mv /tmp/a /tmp/b", "gzip /tmp/x"];
const SHARED = { ...KNOWLEDGE, isUnheld: true };

for (const command of WRITES) {
  test(`${JSON.stringify(command)} writes in a sandbox, and is for a person without one`, () => {
    expect([worstOf(command), worstOf(command, SHARED)]).toEqual(["write", "unknown"]);
  });
}

for (const command of TAKES_AWAY) {
  test(`${JSON.stringify(command)} writes in a sandbox, and destroys without one`, () => {
    expect([worstOf(command), worstOf(command, SHARED)]).toEqual(["write", "destroy"]);
  });
}

test("without a sandbox looks are looks, and no project file below /tmp is trusted", () => {
  const commands = ["cat /tmp/x > /dev/null 2>&1", "docker compose -f /tmp/x.yml start tikv1"];
  expect(commands.map((command) => worstOf(command, SHARED))).toEqual(["read", "hidden"]);
});

test("where a person wants no sandbox the guard says whose files they are", async () => {
  const home = mkdtempSync(join(tmpdir(), "operator-guard-"));
  const lines: string[] = [];
  const typed = ["explain", "--subject", "tikv", "--mode", "execute", "--", "echo x > /tmp/x"];
  const env = { OPERATOR_HOME: home, PATH: process.env.PATH, OPERATOR_SANDBOX: "off" };
  const print = (line: string) => void lines.push(line);
  const exitCode = await runGuard(commandContext({ typed, env, self: ["true"], print }));
  rmSync(home, { recursive: true });
  expect(exitCode).toBe(3);
  expect(lines.join("\n")).toContain("without a sandbox files below /tmp are everybody's");
});
