// Health tests what checks need: that Redis takes a write of this node, within the deadline.
// A ping would say "well" of a Redis that is out of memory or cannot save.
import { unreachable } from "../../../../src/domain/errors.ts";
import type { HealthAnswer } from "../answers.ts";
import { renewLease } from "../lease.ts";
import { type LimiterNode, nodeTimeMs } from "../node.ts";
import type { LinkAnswer, LinkFailure } from "../redis-link.ts";

export async function readHealth(node: LimiterNode): Promise<HealthAnswer> {
  const sentAtMs = performance.now();
  const redis = sayRedis(await renewLease(node), performance.now() - sentAtMs);
  const { fail_mode, schema } = node.settings.current;
  return {
    node: node.name,
    status: redis.state === "ok" ? "ok" : "redis_failing",
    redis,
    fail_mode,
    schema,
    time_ms: nodeTimeMs(node),
    boot_id: node.bootId,
    started_at_ms: node.startedAtMs,
    queue: { waiting: node.link.unanswered, limit: node.bounds.waitingMax },
  };
}

function sayRedis(answer: LinkAnswer, latencyMs: number): HealthAnswer["redis"] {
  const latency_ms = Math.round(latencyMs * 1000) / 1000;
  if (answer.state === "answered") return { state: "ok", latency_ms, error: null };
  const state = stateOf(answer.failure);
  return {
    state,
    latency_ms: state === "refusing" ? latency_ms : null,
    error: answer.reason.slice(0, 200),
  };
}

function stateOf(failure: LinkFailure): HealthAnswer["redis"]["state"] {
  switch (failure) {
    case "refused":
      return "refusing";
    case "late":
    case "queue_full":
      return "late";
    case "unreachable":
      return "unreachable";
    default:
      return unreachable(failure);
  }
}
