// Pure: the words of tc. What is sent passes one tree of queues of ours on each device, told by its
// reserved handles, so that bandwidth and latency can be in force together:
//
//   4f50: tbf (the bandwidth, or as good as none)
//   └ 4f51: htb, whose one class takes what goes to the peers; the rest passes at once
//     └ 4f52: netem (the delay)
import { z } from "zod";

export type Words = readonly string[];

/** What is there of the tree on one device. */
export interface Tree {
  readonly hasRoot: boolean;
  readonly hasBound: boolean;
  readonly hasDelay: boolean;
}

const ROOT = "4f50:";
const SPLIT = "4f51:";
const DELAY = "4f52:";
const PEERS_CLASS = `${SPLIT}1`;

/** No virtual link is as fast; 10 Gbit is what fits the oldest tbf. In bytes per second. */
const UNBOUND_RATE = 1_250_000_000;
const UNBOUND = ["rate", "10gbit", "burst", "8mb", "latency", "50ms"];
/** A bucket must hold at least one frame of any usual size. */
const BURST_BYTES_MIN = 16 * 1024;

const SHOWN = z.array(
  z.object({
    handle: z.string(),
    options: z.object({ rate: z.number().optional() }).optional(),
  }),
);

/** From `tc -json qdisc show dev <device>`. */
export function treeOf(shown: string): Tree {
  const found = SHOWN.parse(JSON.parse(shown));
  const root = found.find(({ handle }) => handle === ROOT);
  return {
    hasRoot: root !== undefined,
    hasBound: root !== undefined && root.options?.rate !== UNBOUND_RATE,
    hasDelay: found.some(({ handle }) => handle === SPLIT),
  };
}

export function boundWords(device: string, kbitPerSecond: number, tree: Tree): readonly Words[] {
  // 10 ms of it: tc-tbf(8), "burst".
  const burstBytes = Math.max(BURST_BYTES_MIN, Math.round((kbitPerSecond * 1000) / 8 / 100));
  const bound = ["rate", `${kbitPerSecond}kbit`, "burst", `${burstBytes}b`, "latency", "400ms"];
  return [rootWords(device, bound, tree)];
}

/** A delay of `delayMs` on the way out is one of the whole round trip. */
export function delayWords(
  device: string,
  { delayMs, jitterMs }: { readonly delayMs: number; readonly jitterMs: number },
  tree: Tree,
): readonly Words[] {
  const at = ["dev", device];
  const jitter = jitterMs === 0 ? [] : [`${jitterMs}ms`];
  const split = [...at, "parent", `${ROOT}1`, "handle", SPLIT, "htb"];
  const peers = [...at, "parent", SPLIT, "classid", PEERS_CLASS, "htb", "rate", "10gbit"];
  const delay = [...at, "parent", PEERS_CLASS, "handle", DELAY, "netem", "delay", `${delayMs}ms`];
  return [
    ...(tree.hasRoot ? [] : [rootWords(device, UNBOUND, tree)]),
    ["qdisc", "replace", ...split],
    ["class", "add", ...peers, "quantum", "60000"],
    ["qdisc", "add", ...delay, ...jitter],
  ];
}

/** In place of all peers before. */
export function peerWords(device: string, peers: readonly string[]): readonly Words[] {
  const at = ["dev", device, "parent", SPLIT];
  const add = ["filter", "add", ...at, "protocol", "ip", "prio", "1", "u32"];
  return [
    ["filter", "del", ...at],
    ...peers.map((ip) => [...add, "match", "ip", "dst", `${ip}/32`, "flowid", PEERS_CLASS]),
  ];
}

/** What was sent and waits in the tree is lost with it. */
export function liftBoundWords(device: string, tree: Tree): readonly Words[] {
  if (!tree.hasBound) return [];
  return tree.hasDelay ? [rootWords(device, UNBOUND, tree)] : [endWords(device)];
}

export function liftDelayWords(device: string, tree: Tree): readonly Words[] {
  if (!tree.hasDelay && tree.hasBound) return [];
  if (!tree.hasBound) return tree.hasRoot ? [endWords(device)] : [];
  // Without a queue below it, tbf would let nothing through: another takes the place.
  const other = ["dev", device, "parent", `${ROOT}1`, "bfifo", "limit", "256kb"];
  return [["qdisc", "replace", ...other]];
}

function rootWords(device: string, limits: Words, { hasRoot }: Tree): Words {
  const change = hasRoot ? "change" : "add";
  return ["qdisc", change, "dev", device, "root", "handle", ROOT, "tbf", ...limits];
}

function endWords(device: string): Words {
  return ["qdisc", "del", "dev", device, "root", "handle", ROOT];
}
