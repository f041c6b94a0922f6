// Exit 127 of a line says that nothing ran only where the line is one program.
import { expect, test } from "bun:test";
import { isOneProgram } from "../../src/agent/guard/one-program.ts";

const ONE = ["operator subject restart tikv tikv2", "redis-cli -p 6380 config rewrite > /dev/null"];
const MORE = [
  "operator subject restart tikv tikv2; exit 127",
  "operator subject restart tikv tikv2 && nosuchcommand",
  "operator subject restart tikv tikv2 | nosuchcommand",
  "(operator subject restart tikv tikv2; exit 127)",
  "operator subject restart tikv tikv2 &",
  "nosuchcommand $(operator subject restart tikv tikv2)",
  "sh -c 'operator subject restart tikv tikv2; exit 127'",
  "docker exec redis sh -c 'redis-cli config rewrite; exit 127'",
  "exit=127",
];

test("a program with its words is one", () => {
  expect(ONE.filter((line) => !isOneProgram(line))).toEqual([]);
});

test("what runs others, or stands beside others, is more than one", () => {
  expect(MORE.filter(isOneProgram)).toEqual([]);
});
