// Puts queues of ours on the devices of the network namespace that this process is in.
import { readFile } from "node:fs/promises";
import {
  boundWords,
  delayWords,
  liftBoundWords,
  liftDelayWords,
  peerWords,
  type Tree,
  treeOf,
  type Words,
} from "../queues.ts";
import { run } from "./program.ts";

export async function boundBandwidth(kbitPerSecond: number): Promise<void> {
  await onEachDevice((device, tree) => boundWords(device, kbitPerSecond, tree));
}

export interface Delay {
  readonly delayMs: number;
  readonly jitterMs: number;
}

/** Rejects where the kernel has no netem; what was made until then is for `liftDelay`. */
export async function delayPeers(delay: Delay): Promise<void> {
  await onEachDevice((device, tree) => delayWords(device, delay, tree));
}

/** Whom `delayPeers` strikes, in place of all before. */
export async function choosePeers(peers: readonly string[]): Promise<void> {
  await onEachDevice((device) => peerWords(device, peers));
}

export async function liftBandwidth(): Promise<void> {
  await onEachDevice(liftBoundWords);
}

export async function liftDelay(): Promise<void> {
  await onEachDevice(liftDelayWords);
}

async function onEachDevice(
  words: (device: string, tree: Tree) => readonly Words[],
): Promise<void> {
  for (const device of await devices()) {
    const tree = treeOf(await run(["tc", "-json", "qdisc", "show", "dev", device]));
    for (const line of words(device, tree)) await run(["tc", ...line]);
  }
}

/** All but the loopback. */
async function devices(): Promise<readonly string[]> {
  const text = await readFile("/proc/net/dev", "utf8");
  const names = [...text.matchAll(/^\s*(\S+):/gm)].map(([, name = ""]) => name);
  return names.filter((name) => name !== "lo");
}
