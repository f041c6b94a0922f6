// What command lines do, as classified.ts lists them, and how code within code is read.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import type { EffectKind } from "../../src/domain/effect.ts";
import { CLASSIFIED } from "./classified.ts";
import { KNOWLEDGE, WORST_FIRST, worstOf } from "./worst-effect.ts";

for (const kind of WORST_FIRST) {
  for (const command of CLASSIFIED[kind]) {
    test(`${kind}: ${JSON.stringify(command)}`, () => {
      expect(worstOf(command)).toBe(kind);
    });
  }
}

test("code nested in code is read to a depth, then it is hidden", () => {
  const nested = (depth: number): string => (depth === 0 ? "ls" : `eval ${nested(depth - 1)}`);
  expect(worstOf(nested(4))).toBe("read");
  expect(worstOf(nested(20))).toBe("hidden");
});

test("loops within loops are read to a number of rounds, then what they do is hidden", () => {
  const looped = (depth: number, body: string): string =>
    depth === 0 ? body : `for i${depth} in $(seq 1 8); do ${looped(depth - 1, body)}; done`;
  expect(worstOf(looped(2, "curl http://127.0.0.1:$i1$i2/"))).toBe("read");
  expect(worstOf(looped(20, "curl http://127.0.0.1:$i1$i2/"))).toBe("hidden");
});

test("members named in a command are its targets", () => {
  expect(classifyCommand("operator subject stop tikv tikv2", KNOWLEDGE)).toEqual([
    { kind: "interrupt", targets: ["tikv2"], source: "operator subject stop tikv tikv2" },
  ]);
});

test("no command line makes it throw, and each has an effect", () => {
  const pieces = [
    "rm",
    "$(",
    ")",
    "`",
    "'",
    '"',
    "<<E",
    "((",
    "|",
    "&&",
    ";",
    "{",
    "}",
    "\n",
    "\\",
  ];
  for (const first of pieces) {
    for (const second of pieces) {
      for (const third of pieces) {
        const effects = classifyCommand(`${first} ${second}${third}`, KNOWLEDGE);
        expect(effects.length).toBeGreaterThan(0);
      }
    }
  }
});

const ELSEWHERE: readonly (readonly [EffectKind, string])[] = [
  ["configure", "redis-cli -p 6380 config set timeout 0"],
  ["foreign", "redis-cli -p 6379 config set timeout 0"],
  ["foreign", "redis-cli config set timeout 0"],
  ["foreign", "redis-cli -u redis://127.0.0.1:6379 config set timeout 0"],
  ["foreign", "redis-cli info"],
  ["configure", "curl -X DELETE http://127.0.0.1:2379/pd/api/v1/schedulers/evict-leader-scheduler"],
  ["foreign", "curl -X DELETE http://127.0.0.1:12379/pd/api/v1/schedulers/evict-leader-scheduler"],
  ["foreign", "curl -X PUT http://localhost/api/settings"],
  ["foreign", "curl http://127.0.0.1:9090/metrics"],
  ["configure", "pd-ctl -u http://127.0.0.1:2379 scheduler remove evict-leader-scheduler"],
  ["foreign", "pd-ctl -u http://127.0.0.1:12379 scheduler remove evict-leader-scheduler"],
  ["hidden", "find /data -execdir tee CURRENT ;"],
  ["hidden", "cp -P /proc/4321/cwd /tmp/x"],
];

for (const [kind, command] of ELSEWHERE) {
  test(`with the subject's ports known ${JSON.stringify(command)} is ${kind}`, () => {
    expect(worstOf(command, { ...KNOWLEDGE, ports: [2379, 6380] })).toBe(kind);
  });
}
