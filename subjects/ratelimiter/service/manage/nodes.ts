// Who is there: the topology says who was declared, a lease says who lives. What has no lease is
// missing, not merely absent.
import { z } from "zod";
import { parseJsonText } from "../../../../src/infra/json-text.ts";
import { leaseKeyOf, TOPOLOGY_KEY } from "../../keys.ts";
import { declaredNodeSchema, leaseSchema, type NodesAnswer } from "../answers.ts";
import { type Read, read, refused } from "../http/reply.ts";
import type { LimiterNode } from "../node.ts";
import { askCommand } from "./ask-redis.ts";

type ListedNode = NodesAnswer["nodes"][number];

const hashSchema = z.union([
  z.array(z.string()).transform(pairsOf),
  z.record(z.string(), z.string()),
]);

export async function listNodes(node: LimiterNode): Promise<Read<NodesAnswer>> {
  const topology = await askCommand(node, ["HGETALL", TOPOLOGY_KEY], hashSchema);
  if (topology.state === "refused") return topology;
  const nodes: ListedNode[] = [];
  for (const name of Object.keys(topology.value).sort()) {
    const listed = await readNode(node, { name, declared: topology.value[name] ?? "" });
    if (listed.state === "refused") return listed;
    nodes.push(listed.value);
  }
  return read({ nodes });
}

interface DeclaredNode {
  readonly name: string;
  readonly declared: string;
}

async function readNode(
  node: LimiterNode,
  { name, declared }: DeclaredNode,
): Promise<Read<ListedNode>> {
  const answer = await askCommand(node, ["GET", leaseKeyOf(name)], z.string().nullable());
  if (answer.state === "refused") return answer;
  const lease = leaseSchema.safeParse(parseJsonText(answer.value ?? ""));
  if (lease.success) return read({ ...lease.data, state: "live" });
  const known = declaredNodeSchema.safeParse(parseJsonText(declared ?? ""));
  return read({ name, url: known.data?.url ?? "", state: "missing" });
}

/** Takes a node out of the topology that will not come back. Refused while it lives. */
export async function forgetNode(
  node: LimiterNode,
  name: string,
): Promise<Read<{ readonly name: string; readonly removed: boolean }>> {
  const lease = await askCommand(node, ["EXISTS", leaseKeyOf(name)], z.number());
  if (lease.state === "refused") return lease;
  if (lease.value > 0) {
    const message = "the node lives: it would declare itself again";
    return refused({ status: 409, code: "node_lives", message });
  }
  const removed = await askCommand(node, ["HDEL", TOPOLOGY_KEY, name], z.number());
  if (removed.state === "refused") return removed;
  node.log(`node ${JSON.stringify(name)} forgotten: ${removed.value}`);
  return read({ name, removed: removed.value > 0 });
}

function pairsOf(words: readonly string[]): Readonly<Record<string, string>> {
  const pairs: Record<string, string> = {};
  for (let at = 0; at + 1 < words.length; at += 2) pairs[words[at] ?? ""] = words[at + 1] ?? "";
  return pairs;
}
