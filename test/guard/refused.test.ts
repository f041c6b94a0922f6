// Commands that somebody has thought of to get around the guard, one a line, while tikv1 is down:
// none of them is allowed in any mode, and in mode execute none is even asked about.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { SAFETY_MODES } from "../../src/domain/session.ts";
import { clusterOf, decisionOn } from "./questions.ts";
import { KNOWLEDGE } from "./worst-effect.ts";

const LINES = readFileSync(join(import.meta.dir, "refused.txt"), "utf8")
  .trimEnd()
  .split("\n");
const CLUSTER = clusterOf({
  ...{ pd1: "up", pd2: "up", pd3: "up" },
  ...{ tikv1: "down", tikv2: "up", tikv3: "up" },
});
const MEMBERS = CLUSTER.members.map(({ name }) => name);

for (const line of LINES) {
  test(`refused: ${JSON.stringify(line)}`, () => {
    const effects = classifyCommand(line, { ...KNOWLEDGE, members: MEMBERS, readHosts: [] });
    const decided = SAFETY_MODES.map((mode) => decisionOn({ effects, cluster: CLUSTER, mode }));
    expect(decided.map(({ decision }) => decision)).not.toContain("allow");
    expect(decided.at(-1)?.decision).toBe("deny");
  });
}
