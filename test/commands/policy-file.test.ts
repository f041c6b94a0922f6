// A policy that changes while an agent runs: what holds is what the file says, or nothing may be
// changed.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { followPolicy, loadPolicy, sayStrangers } from "../../src/commands/policy-file.ts";

const DENY = "rules: [{ decision: deny, member: kv1 }]\n";

async function follow(first?: string) {
  const home = mkdtempSync(join(tmpdir(), "operator-policy-"));
  const file = join(home, "policy.yaml");
  if (first !== undefined) writeFileSync(file, first);
  const context = { flags: {}, env: { OPERATOR_HOME: home } };
  const lines: string[] = [];
  const clear = () => rmSync(home, { recursive: true, force: true });
  const found = await loadPolicy(context).catch((error: unknown) => {
    clear();
    throw error;
  });
  const policy = followPolicy({ context, found, print: (line) => lines.push(line) });
  const rulesOf = async () => {
    const { rules, trouble } = await policy();
    return trouble ?? rules.map(({ decision }) => decision);
  };
  return {
    ...{ file, lines, policy, rulesOf },
    [Symbol.dispose]: clear,
  };
}

test("a policy that is written, changed or cleared is followed at the next question", async () => {
  using policy = await follow();
  expect(await policy.rulesOf()).toEqual([]);
  writeFileSync(policy.file, DENY);
  expect(await policy.rulesOf()).toEqual(["deny"]);
  writeFileSync(policy.file, DENY.replace("deny", "ask"));
  expect(await policy.rulesOf()).toEqual(["ask"]);
  writeFileSync(policy.file, "rules: []\n");
  expect(await policy.rulesOf()).toEqual([]);
  expect(policy.lines).toHaveLength(3);
});

test("one that is broken or gone is told, once, until it can be read again", async () => {
  using policy = await follow(DENY);
  expect(await policy.rulesOf()).toEqual(["deny"]);
  writeFileSync(policy.file, "rules: [{ decision: never }]\n");
  expect(await policy.rulesOf()).toContain("rules, number 1, decision: ");
  expect(await policy.rulesOf()).toContain("rules, number 1, decision: ");
  writeFileSync(policy.file, "");
  expect(await policy.rulesOf()).toContain("it is empty");
  rmSync(policy.file);
  expect(await policy.rulesOf()).toContain("policy.yaml is gone");
  writeFileSync(policy.file, DENY);
  expect(await policy.rulesOf()).toEqual(["deny"]);
  const [broken, , gone, again] = policy.lines;
  expect(policy.lines).toHaveLength(4);
  expect(broken).toMatch(/^\[Policy\] reading the policy .*: nothing is changed until/);
  expect(gone).toContain("is gone: nothing is changed until");
  expect(again).toMatch(/^\[Policy\] read anew from .*: 1 rules$/);
});

test("a rule that names what no subject has is refused, for it would never speak", async () => {
  for (const [rule, says] of [
    ["action: restart_membr", "names the action restart_membr: one of start_member, "],
    ["subject: tikv, action: kill_script", "names the action kill_script: one of "],
    ["subject: tikw", '"rule 1" names the subject tikw: one of tikv, ratelimiter'],
  ] as const) {
    await expect(follow(`rules: [{ decision: deny, ${rule} }]\n`)).rejects.toThrow(says);
  }
  using policy = await follow("rules: [{ decision: deny, action: [kill_script, start_member] }]\n");
  expect(await policy.rulesOf()).toEqual(["deny"]);
});

test("a member that a declared subject does not have is said, once", async () => {
  using followed = await follow(`rules:
  - { decision: deny, member: [tikvv1, tikv1, redis] }
  - { name: mine, decision: deny, subject: tikv, member: redis }
  - { decision: deny, subject: ratelimiter, member: nodee1 }
`);
  const lines: string[] = [];
  const say = sayStrangers({ policy: followed.policy, print: (line) => lines.push(line) });
  const member = { name: "tikv1", role: "tikv", isStandIn: true, ports: {}, settings: {} };
  const topology = { subject: "tikv", timeScale: 1, members: [member], endpoints: [] };
  await say({ ...topology, members: [] });
  expect(lines).toEqual([]);
  await say(topology);
  await say(topology);
  expect(lines).toEqual([
    '[Policy] "rule 1" names tikvv1, which is no member of tikv',
    '[Policy] "mine" names redis, which is no member of tikv',
  ]);
});
