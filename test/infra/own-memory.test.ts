// What other processes of the same user may read of one that has closed its memory.
import { expect, test } from "bun:test";
import { join } from "node:path";

const SCRIPT = join(import.meta.dir, "closed-memory.ts");
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
/** Root reads everything: then this is about somebody else. */
const AS_USER = process.getuid?.() === 0 ? NOBODY : [];
const trouble = findTrouble();
const name = "the environment of a process that closed its memory is not read by its user";

function findTrouble(): string | undefined {
  if (process.platform !== "linux") return "Linux alone has it";
  if (AS_USER.length > 0 && Bun.which("setpriv") === null) return "no setpriv";
  const { success } = Bun.spawnSync([...AS_USER, process.execPath, "--version"]);
  return success ? undefined : "another user may not run this Bun";
}

test.skipIf(trouble !== undefined)(trouble ? `${name} (skipped: ${trouble})` : name, async () => {
  const env = { PATH: process.env.PATH, HOME: "/", ANTHROPIC_API_KEY: "sk-ant-planted" };
  const closed = Bun.spawn([...AS_USER, process.execPath, SCRIPT], { env, stdin: "pipe" });
  const reader = closed.stdout.getReader();
  const { value } = await reader.read();
  const environ = `/proc/${closed.pid}/environ`;
  const { stdout, stderr } = Bun.spawnSync([...AS_USER, "cat", environ], { stderr: "pipe" });
  closed.kill();
  await closed.exited;
  expect(new TextDecoder().decode(value)).toBe("true\n");
  expect(stdout.toString()).toBe("");
  expect(stderr.toString()).toContain("Permission denied");
});
