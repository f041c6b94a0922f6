// Operator itself in containers beside the rate limiter, whose token reaches it as a file.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noEngine } from "../support/docker-engine.ts";
import { limiterImages } from "../support/docker-limiter.ts";
import { type OperatorSite, openOperatorSite } from "../support/docker-operator-site.ts";
import { type DockerSite, openDockerSite } from "../support/docker-site.ts";
import { eventually } from "../support/eventually.ts";

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;
const PROJECT = "brokered-limiter";
const TOKEN = "a-token-of-the-test";
const LONG_MS = 180_000;
const WITHIN_MS = 60_000;

let folder: string;
let limiter: DockerSite;
let site: OperatorSite;

describe.skipIf(noEngine !== undefined)(`operator beside the limiter${NAMED}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "operator-token-"));
    const file = join(folder, "token");
    await Bun.write(file, `${TOKEN}\n`);
    limiter = await openDockerSite("ratelimiter", {
      ...(await limiterImages()),
      OPERATOR_PROJECT: PROJECT,
      OPERATOR_RATELIMITER_TOKEN: TOKEN,
    });
    const up = await limiter.run("subject up ratelimiter --runtime docker");
    expect([up.code, up.lines]).toEqual([0, expect.any(Array)]);
    site = await openOperatorSite({
      subject: "ratelimiter",
      project: PROJECT,
      env: { OPERATOR_RATELIMITER_TOKEN_FILE: file },
    });
  }, LONG_MS);

  afterAll(async () => {
    await site?.[Symbol.asyncDispose]();
    await limiter?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }, LONG_MS);

  test(
    "a node that is killed is repaired through the broker, and verified",
    async () => {
      const isWell = async () =>
        (await site.linesOf("monitor")).some((line) => line.includes("all invariants hold"));
      await eventually(isWell, "the limiter is well", WITHIN_MS);
      expect((await limiter.run("subject kill ratelimiter node2")).code).toBe(0);
      const shown = async () => (await site.run("monitor", "tickets show 1")).lines.join("\n");
      await eventually(async () => (await shown()).includes("verified_fix"), "a fix", WITHIN_MS);
      expect(await site.linesOf("broker")).toContain("[Broker] allowed: start node2");
    },
    LONG_MS,
  );

  test("the only member of its role is not restarted while it is healthy", async () => {
    const { lines, code } = await site.run("agent", "subject restart ratelimiter redis");
    expect([lines[0], code]).toEqual([
      expect.stringContaining("it would leave 0 of 1 members of role redis running"),
      1,
    ]);
  });

  test("the token is in no container's environment, and in nothing that was said", async () => {
    for (const service of ["broker", "monitor", "agent"]) {
      const { Config } = await (await site.container(service)).inspect();
      expect(JSON.stringify(Config.Env)).not.toContain(TOKEN);
      expect((await site.linesOf(service)).join("\n")).not.toContain(TOKEN);
    }
    // The agent's shell has the file's name alone, and what needs the token is seen all the same.
    const look = async () =>
      (await site.run("agent", "monitor --subject ratelimiter --once")).code === 0;
    await eventually(look, "a look in which all is seen, and holds", WITHIN_MS);
  });
});
