// Each change of a line counts, however alike they look where they are cut.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { countChanges, countPauses } from "../../src/agent/guard/history.ts";
import { KNOWLEDGE } from "./worst-effect.ts";

const LONG = "a".repeat(120);

test("a change of PD's leader counts as often as it is asked for", () => {
  const one = `curl -s -A ${LONG} -m`;
  const url = "-X POST http://127.0.0.1:2379/pd/api/v1/leader/resign";
  const line = [1, 2, 3, 4].map((seconds) => `${one} ${seconds} ${url}`).join("; ");
  const effects = classifyCommand(line, KNOWLEDGE);
  expect(countPauses(effects)).toBe(4);
});

test("a client that is cut off counts, and so does the next", () => {
  const one = `redis-cli --no-auth-warning -a ${LONG} client kill id`;
  const effects = classifyCommand(`${one} 1; ${one} 2; ${one} 3`, KNOWLEDGE);
  expect(countChanges(effects)).toBe(3);
});

test("of looks that are alike one is enough", () => {
  expect(classifyCommand("docker ps; docker ps; docker ps", KNOWLEDGE)).toHaveLength(1);
});
