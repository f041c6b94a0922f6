// The password in an endpoint's URL: operator gets it, and no other command, in a sandbox or not.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAgentShell } from "../../src/commands/agent-shell.ts";
import { probeSandbox } from "../../src/infra/sandbox.ts";
import { limiterInvariants } from "../../subjects/ratelimiter/invariants/all.ts";
import { BWRAP_TROUBLE } from "../support/bwrap.ts";
import { commandContext } from "../support/command-context.ts";
import { watchUrls } from "../support/limiter-site.ts";
import { LOOK, runInside, sandboxWorld } from "../support/sandboxed-shell.ts";

const WITH_PASSWORD = "redis://u:swordfish99@127.0.0.1:29951/3";
const WITHOUT = "redis://127.0.0.1:29951/3";

const GIVEN: readonly (readonly [readonly string[], Readonly<Record<string, string>>])[] = [
  [[], { REDIS_URL: WITH_PASSWORD }],
  [["--redis", "u:swordfish99@127.0.0.1:29951/3"], {}],
  [[], { OPERATOR_NOTES: WITH_PASSWORD, REDIS_URL: WITHOUT }],
];

for (const [typed, env] of GIVEN) {
  test(`no command gets the password in ${[...typed, ...Object.keys(env)]}`, async () => {
    const home = mkdtempSync(join(tmpdir(), "operator-passwords-"));
    const self = [process.execPath, "-e", "console.log(process.env.REDIS_URL)"];
    const given = { PATH: process.env.PATH, OPERATOR_HOME: home, ...env };
    const context = commandContext({ typed, env: given, self });
    const shell = await openAgentShell(context, undefined);
    const { signal } = new AbortController();
    const say = async (command: string, reach: typeof LOOK | { readonly type: "change" }) => {
      const options = { timeoutMs: 20_000, outputBytesMax: 8_000, signal, reach };
      return (await shell.run(command, options)).output.head;
    };
    for (const reach of [LOOK, { type: "change" }] as const) {
      expect(await say("env; operator status | cat", reach)).not.toContain("swordfish");
      expect(await say("printenv REDIS_URL", reach)).toBe(`${WITHOUT}\n`);
      const own = "OPERATOR_NOTES" in env ? WITHOUT : WITH_PASSWORD;
      expect(await say("operator status", reach)).toBe(`${own}\n`);
    }
    rmSync(home, { recursive: true });
  });
}

test("no evidence tells the password of a node that is down", async () => {
  const site = watchUrls(["http://u:swordfish99@127.0.0.1:1/limiter"]);
  const seen = await site.look();
  const verdicts = limiterInvariants.flatMap((invariant) =>
    invariant.judge({ current: seen, previous: undefined }),
  );
  const down = verdicts.filter(({ state }) => state === "violated");
  expect(JSON.stringify(verdicts)).not.toContain("swordfish");
  expect(down.map(({ evidence }) => evidence)).toContainEqual(
    expect.objectContaining({ api: "http://127.0.0.1:1/limiter" }),
  );
});

test.skipIf(BWRAP_TROUBLE !== undefined)("asked through the door operator has it", async () => {
  const OPERATOR_HOME = join(tmpdir(), "operator-passwords-none");
  const env = { PATH: process.env.PATH, OPERATOR_HOME, REDIS_URL: WITHOUT };
  const ownEnv = { REDIS_URL: WITH_PASSWORD };
  const world = sandboxWorld({ env, ownEnv, mayAsk: () => true });
  const inside = await probeSandbox(world);
  const command = "printenv REDIS_URL; operator doctor | grep 'are known'";
  const { output } = await runInside(command, { inside, env });
  expect(output.head).toStartWith(`${WITHOUT}\n`);
  expect(output.head).toContain("operator itself gets the password in REDIS_URL");
});
