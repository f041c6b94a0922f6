// A machine on which there is no Redis: the subject comes up all the same, and says what answers.
import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { postCheck } from "../../support/limiter-nodes.ts";

const MAIN = join(import.meta.dir, "../../../src/main.ts");

const statusSchema = z.object({
  members: z.array(
    z.object({
      name: z.string(),
      is_stand_in: z.boolean(),
      ports: z.record(z.string(), z.number()),
    }),
  ),
});

test("without redis-server on PATH a stand-in answers, is called so, and decides", async () => {
  const home = await mkdtemp(join(tmpdir(), "no-redis-"));
  const operator = (...words: readonly string[]) => runOperator(words, home);
  try {
    expect(await operator("subject", "up", "ratelimiter")).toMatch(/^redis +redis .* stand-in$/m);
    const { members } = statusSchema.parse(
      JSON.parse(await operator("subject", "status", "ratelimiter", "--json")),
    );
    const standIns = members.filter((member) => member.is_stand_in);
    expect(standIns.map(({ name }) => name)).toEqual(["redis"]);
    const { status, body } = await postCheck(
      members.find(({ name }) => name === "node1")?.ports.api ?? 0,
      { key: "steady" },
    );
    expect([status, body.decided_by]).toEqual([200, "redis"]);
    const seen = await operator("monitor", "--subject", "ratelimiter", "--once", "--json");
    expect(seen).toContain("a stand-in");
  } finally {
    await operator("subject", "down", "ratelimiter");
    await rm(home, { recursive: true, force: true });
  }
}, 60_000);

/** With a PATH on which there is nothing at all. */
async function runOperator(words: readonly string[], home: string): Promise<string> {
  const child = Bun.spawn([process.execPath, MAIN, ...words], {
    env: { PATH: join(home, "nothing"), OPERATOR_HOME: join(home, "home") },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const text = await new Response(child.stdout).text();
  await child.exited;
  return text;
}
