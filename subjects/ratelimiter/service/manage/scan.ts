// A walk over the keys of one pattern, step by step, so that Redis is never held for long.
import { z } from "zod";
import { type Read, read } from "../http/reply.ts";
import type { LimiterNode } from "../node.ts";
import { askCommand } from "./ask-redis.ts";

export interface ScanStep {
  readonly cursor: string;
  readonly pattern: string;
  readonly type: "zset" | "hash";
  /** How many keys Redis looks at, not how many it finds. */
  readonly lookAt: number;
}

export interface ScanPage {
  readonly keys: readonly string[];
  /** "0" at the end. */
  readonly cursor: string;
}

const scanSchema = z.tuple([z.string(), z.array(z.string())]);

export async function scanStep(node: LimiterNode, step: ScanStep): Promise<Read<ScanPage>> {
  const { cursor, pattern, type, lookAt } = step;
  const words = ["SCAN", cursor, "MATCH", pattern, "COUNT", String(lookAt), "TYPE", type] as const;
  const answer = await askCommand(node, words, scanSchema);
  if (answer.state === "refused") return answer;
  const [next, keys] = answer.value;
  return read({ keys, cursor: next });
}

export interface ScanBounds {
  readonly stepsMax: number;
  /** Stops early when this many were found. */
  readonly keysMin: number;
}

/** Steps until enough was found, the end, or the bound. Each key once. */
export async function scanSome(
  node: LimiterNode,
  step: ScanStep,
  { stepsMax, keysMin }: ScanBounds,
): Promise<Read<ScanPage>> {
  const found = new Set<string>();
  let cursor = step.cursor;
  for (let steps = 0; steps < stepsMax; steps += 1) {
    const page = await scanStep(node, { ...step, cursor });
    if (page.state === "refused") return page;
    for (const key of page.value.keys) found.add(key);
    cursor = page.value.cursor;
    if (cursor === "0" || found.size >= keysMin) break;
  }
  return read({ keys: [...found], cursor });
}
