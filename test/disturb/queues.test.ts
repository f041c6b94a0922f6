// The words of tc, also those for netem, which the kernel of the tests may not have: there nothing
// else can be tried.
import { expect, test } from "bun:test";
import {
  boundWords,
  delayWords,
  liftBoundWords,
  liftDelayWords,
  peerWords,
  type Tree,
  treeOf,
  type Words,
} from "../../src/runtimes/docker/disturb/queues.ts";
import { noHelpers } from "../support/docker-operator.ts";

const NONE: Tree = { hasRoot: false, hasBound: false, hasDelay: false };
const BOUND: Tree = { hasRoot: true, hasBound: true, hasDelay: false };
const DELAYED: Tree = { hasRoot: true, hasBound: false, hasDelay: true };
const BOTH: Tree = { hasRoot: true, hasBound: true, hasDelay: true };

const END = "qdisc del dev eth0 root handle 4f50:";
const UNBOUND = "root handle 4f50: tbf rate 10gbit burst 8mb latency 50ms";

function lines(words: readonly Words[]): readonly string[] {
  return words.map((line) => line.join(" "));
}

test("a bandwidth is the root of our tree, and holds at least a frame", () => {
  expect(lines(boundWords("eth0", 800, NONE))).toEqual([
    "qdisc add dev eth0 root handle 4f50: tbf rate 800kbit burst 16384b latency 400ms",
  ]);
  expect(lines(boundWords("eth0", 80_000, DELAYED))).toEqual([
    "qdisc change dev eth0 root handle 4f50: tbf rate 80000kbit burst 100000b latency 400ms",
  ]);
});

test("a delay hangs below the root, and strikes one class alone", () => {
  const below = [
    "qdisc replace dev eth0 parent 4f50:1 handle 4f51: htb",
    "class add dev eth0 parent 4f51: classid 4f51:1 htb rate 10gbit quantum 60000",
    "qdisc add dev eth0 parent 4f51:1 handle 4f52: netem delay 150ms 20ms",
  ];
  const delay = { delayMs: 150, jitterMs: 20 };
  const fresh = lines(delayWords("eth0", delay, NONE));
  expect(fresh).toEqual([`qdisc add dev eth0 ${UNBOUND}`, ...below]);
  expect(lines(delayWords("eth0", delay, BOUND))).toEqual(below);
});

test("a delay without jitter says none", () => {
  const [, , , netem] = lines(delayWords("eth0", { delayMs: 5, jitterMs: 0 }, NONE));
  expect(netem).toBe("qdisc add dev eth0 parent 4f51:1 handle 4f52: netem delay 5ms");
});

test("peers are told by their addresses, in place of those before", () => {
  const add = "filter add dev eth0 parent 4f51: protocol ip prio 1 u32 match ip dst";
  expect(lines(peerWords("eth0", ["10.0.0.2", "10.0.0.3"]))).toEqual([
    "filter del dev eth0 parent 4f51:",
    `${add} 10.0.0.2/32 flowid 4f51:1`,
    `${add} 10.0.0.3/32 flowid 4f51:1`,
  ]);
});

test("what is lifted leaves the other, and the last one the device as it was", () => {
  expect(lines(liftBoundWords("eth0", NONE))).toEqual([]);
  expect(lines(liftBoundWords("eth0", BOUND))).toEqual([END]);
  expect(lines(liftBoundWords("eth0", BOTH))).toEqual([`qdisc change dev eth0 ${UNBOUND}`]);
  expect(lines(liftBoundWords("eth0", DELAYED))).toEqual([]);
  expect(lines(liftDelayWords("eth0", NONE))).toEqual([]);
  expect(lines(liftDelayWords("eth0", DELAYED))).toEqual([END]);
  expect(lines(liftDelayWords("eth0", BOUND))).toEqual([]);
  expect(lines(liftDelayWords("eth0", BOTH))).toEqual([
    "qdisc replace dev eth0 parent 4f50:1 bfifo limit 256kb",
  ]);
});

test("a tree that was begun, and not ended, is lifted whole", () => {
  const begun = { hasRoot: true, hasBound: false, hasDelay: false };
  expect(lines(liftDelayWords("eth0", begun))).toEqual([END]);
});

test("the tree is read from what tc shows, and another's queue is no part of it", () => {
  const root = { kind: "tbf", handle: "4f50:", root: true, options: { rate: 100_000 } };
  const unbound = { ...root, options: { rate: 1_250_000_000 } };
  const split = { kind: "htb", handle: "4f51:", parent: "4f50:1", options: {} };
  const other = { kind: "noqueue", handle: "0:", root: true };
  expect(treeOf(JSON.stringify([other]))).toEqual(NONE);
  expect(treeOf(JSON.stringify([root]))).toEqual(BOUND);
  expect(treeOf(JSON.stringify([unbound, split]))).toEqual(DELAYED);
  expect(treeOf(JSON.stringify([root, split]))).toEqual(BOTH);
});

const NAMED = noHelpers === undefined ? "" : ` (skipped: ${noHelpers})`;

test.skipIf(noHelpers !== undefined)(
  `the kernel takes the tree, with a plain queue where netem would be${NAMED}`,
  () => {
    const delay = delayWords("lo", { delayMs: 5, jitterMs: 0 }, NONE);
    const steps: readonly (readonly [readonly Words[], Tree])[] = [
      [delay, DELAYED],
      [peerWords("lo", ["10.0.0.2"]), DELAYED],
      [peerWords("lo", ["10.0.0.3"]), DELAYED],
      [boundWords("lo", 800, DELAYED), BOTH],
      [liftDelayWords("lo", BOTH), BOUND],
      [delayWords("lo", { delayMs: 5, jitterMs: 0 }, BOUND), BOTH],
      [liftBoundWords("lo", BOTH), DELAYED],
      [liftDelayWords("lo", DELAYED), NONE],
    ];
    const script = steps.flatMap(([words]) => [
      ...lines(words).map(
        (line) => `tc ${line.replace(/netem .*/, "bfifo")} || echo failed: ${line}`,
      ),
      "tc -json qdisc show dev lo",
    ]);
    const said = Bun.spawnSync(["unshare", "--net", "sh", "-c", script.join("\n")]).stdout;
    const shown = said.toString().trim().split("\n");
    expect(shown.map(treeOf)).toEqual(steps.map(([, tree]) => tree));
  },
);
