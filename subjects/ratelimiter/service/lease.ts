// A node's presence: a lease that it renews, and its place in the topology, which stays.
import { LEASE_MS, LEASE_RENEWAL_MS } from "../declared.ts";
import { leaseKeyOf, TOPOLOGY_KEY } from "../keys.ts";
import type { Lease } from "./answers.ts";
import { type LimiterNode, nodeTimeMs } from "./node.ts";
import type { LinkAnswer } from "./redis-link.ts";

/** After a failure: a node that could not register is soon there. */
const RETRY_MS = 200;

/** Until the signal aborts. A failure is counted and tried again. */
export async function keepLease(node: LimiterNode, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const startedAtMs = performance.now();
    const renewed = await renewLease(node);
    const intervalMs = renewed.state === "answered" ? LEASE_RENEWAL_MS : RETRY_MS;
    const spentMs = performance.now() - startedAtMs;
    await node.clock.sleep(Math.max(1, intervalMs - spentMs), signal);
  }
}

/** A node that was told to stop is missing at once, not when its lease lapses. */
export async function giveLeaseBack(node: LimiterNode): Promise<void> {
  await node.link.command(["DEL", leaseKeyOf(node.name)], deadlineOf(node));
}

/**
 * Answers what Redis said to the lease. The topology is written each time, too: a Redis that has
 * forgotten everything knows its nodes again within a second.
 */
export async function renewLease(node: LimiterNode): Promise<LinkAnswer> {
  const lease = leaseOf(node);
  const declared = JSON.stringify({ name: lease.name, url: lease.url });
  const [renewed] = await Promise.all([
    node.link.command(
      ["SET", leaseKeyOf(node.name), JSON.stringify(lease), "PX", String(LEASE_MS)],
      deadlineOf(node),
    ),
    node.link.command(["HSET", TOPOLOGY_KEY, node.name, declared], deadlineOf(node)),
  ]);
  node.metrics.leaseRenewals.add({ result: renewed.state === "answered" ? "renewed" : "failed" });
  return renewed;
}

function leaseOf(node: LimiterNode): Lease {
  const { fail_mode, schema } = node.settings.current;
  const { name, url, bootId: boot_id } = node;
  return { name, url, schema, fail_mode, boot_id, time_ms: nodeTimeMs(node) };
}

function deadlineOf({ bounds }: LimiterNode): { readonly deadlineMs: number } {
  return { deadlineMs: bounds.manageDeadlineMs };
}
