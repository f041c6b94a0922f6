// The node's own account, over the window that somebody asks for.
import type { UsageAnswer } from "../answers.ts";
import { type Read, read, refused } from "../http/reply.ts";
import type { LimiterNode } from "../node.ts";

/** Without a window: the default rule's, up to now by Redis's clock. */
export function readUsage(node: LimiterNode, query: URLSearchParams): Read<UsageAnswer> {
  const endUs = Number(query.get("window_end_us") ?? node.usage.redisNowUs() ?? 0);
  const windowMs = Number(query.get("window_ms") ?? node.limits.default.window_ms);
  if (!Number.isSafeInteger(endUs) || endUs < 0) {
    return bad("window_end_us must be a time in whole microseconds");
  }
  if (!Number.isSafeInteger(windowMs) || windowMs < 1) {
    return bad("window_ms must be a whole number of milliseconds from 1");
  }
  return read({ boot_id: node.bootId, ...node.usage.read({ endUs, windowMs }) });
}

function bad(message: string): Read<never> {
  return refused({ status: 400, code: "bad_query", message });
}
