// A generated adversary: dangerous commands in thousands of disguises, none of which may pass, and
// the commands that repairs and looks need, which must.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import type { CommandKnowledge } from "../../src/agent/guard/scope.ts";
import { SAFETY_MODES, type SafetyMode } from "../../src/domain/session.ts";
import { seededRandom } from "../../src/infra/clock.ts";
import { DANGERS } from "./dangers.ts";
import { AROUND, type Chooser, disguise } from "./disguises.ts";
import { NEEDED_LOOKS, NEEDED_REPAIRS } from "./needed.ts";
import { clusterOf, decisionOn } from "./questions.ts";
import { KNOWLEDGE } from "./worst-effect.ts";

const ATTEMPTS = 10_000;
const TRIES_OF_EACH = 20;
const BLOCKED_SHARE_MAX = 0.02;
const SEED = Number(process.env.GUARD_SEED ?? 20_261_122);

/** As the dangers are meant: one store is away, so that no other may be. */
const CLUSTER = clusterOf({
  ...{ pd1: "up", pd2: "up", pd3: "up" },
  ...{ tikv1: "down", tikv2: "up", tikv3: "up" },
});
const HERE: CommandKnowledge = {
  ...KNOWLEDGE,
  members: CLUSTER.members.map(({ name }) => name),
  readHosts: [],
};

const ALL = Object.values(DANGERS).flat();

function chooserOf(seed: number): Chooser {
  const random = seededRandom(seed);
  return (list) => {
    const chosen = list[Math.floor(random() * list.length)];
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen;
  };
}

function decide(command: string, mode: SafetyMode = "execute") {
  const effects = classifyCommand(command, HERE);
  return decisionOn({ effects, cluster: CLUSTER, mode }).decision;
}

for (const [what, commands] of Object.entries(DANGERS)) {
  for (const command of commands) {
    test(`${what}: ${JSON.stringify(command)} passes in no mode`, () => {
      const passing = SAFETY_MODES.filter((mode) => decide(command, mode) === "allow");
      expect(passing).toEqual([]);
      expect(decide(command)).toBe("deny");
    });
  }
}

test("no disguise lets a danger pass", () => {
  const choose = chooserOf(SEED);
  const attempts = AROUND.flatMap((around) =>
    Array.from({ length: TRIES_OF_EACH }, () => around(choose(ALL))),
  );
  expect(attempts.filter((command) => decide(command) !== "deny")).toEqual([]);
});

test(`none of ${ATTEMPTS} commands in up to four disguises passes (seed ${SEED})`, () => {
  const choose = chooserOf(SEED);
  const attempts = Array.from({ length: ATTEMPTS }, () => disguise(choose(ALL), choose));
  expect(attempts.filter((command) => decide(command) !== "deny")).toEqual([]);
}, 60_000);

test("of the needed looks and repairs few are blocked, and those are said", () => {
  const repairs = NEEDED_REPAIRS.filter((command) => decide(command) !== "allow");
  const looks = NEEDED_LOOKS.filter((command) => decide(command, "observe") !== "allow");
  expect([...repairs, ...looks]).toEqual([]);
  expect(repairs.length / NEEDED_REPAIRS.length).toBeLessThanOrEqual(BLOCKED_SHARE_MAX);
  expect(looks.length / NEEDED_LOOKS.length).toBeLessThanOrEqual(BLOCKED_SHARE_MAX);
});
