// A client that asks every node for permission in each look, and knows what it must get: whatever
// counters and health say, this is what clients meet.
import type { Reading } from "../../../src/domain/observation.ts";
import type { LimitsFile } from "../declared.ts";
import type { CanaryReading, Liveness, NodeChecks } from "../observation.ts";
import { checkAnswerSchema } from "../service/answers.ts";
import { countWithinWindow, forgetOld, type Grant } from "./canary-count.ts";
import { ask, type LookContext, livenessOf, parseAnswer, type TimedAnswer } from "./probe.ts";
import type { NodeSite } from "./site.ts";

export interface CanaryReport {
  readonly readings: readonly CanaryReading[];
  /** By name of the node; of its api port. */
  readonly liveness: Readonly<Record<string, Reading<Liveness>>>;
  readonly checks: Readonly<Record<string, Reading<NodeChecks>>>;
}

export interface Canary {
  /** Never rejects. */
  ask(context: LookContext, nodes: readonly NodeSite[]): Promise<CanaryReport>;
}

/** Nothing else asks for these keys but other canaries. Without a declaration only the first. */
const OPEN_KEY = "canary.open";
const SPENT_KEY = "canary.spent";
const BLOCKED_KEY = "canary.blocked";

const SAMPLED_LOOKS = 3;
const SAMPLE_AGE_MS_MAX = 10_000;

export function createCanary(limits: LimitsFile | null): Canary {
  const keys = limits === null ? [OPEN_KEY] : [OPEN_KEY, SPENT_KEY, BLOCKED_KEY];
  const grants = new Map<string, readonly Grant[]>();
  const samples = new Map<string, readonly Sample[]>();
  return {
    ask: async (context, nodes) => {
      const asked = await Promise.all(
        nodes.flatMap((node) => keys.map((key) => askForOne(context, { node, key }))),
      );
      const nowMs = performance.now();
      const readings = keys.map((key) => {
        const rule = limits?.keys[key] ?? null;
        const windowMs = rule?.window_ms ?? SAMPLE_AGE_MS_MAX;
        const mine = asked.filter((one) => one.key === key);
        const all = [
          ...(grants.get(key) ?? []),
          ...mine.filter(({ verdict }) => verdict.isAllowed),
        ];
        const kept = forgetOld(all, { windowMs, nowMs });
        grants.set(key, kept);
        return { key, rule, ...sidesOf(mine), ...countsOf(kept, { windowMs, nowMs }) };
      });
      const perNode = nodes.map(({ name }) => {
        const mine = asked.filter(({ node }) => node === name);
        const recent = recentSamples([...(samples.get(name) ?? []), sampleOf(mine, nowMs)], nowMs);
        samples.set(name, recent);
        return { name, liveness: bestLiveness(mine), checks: checksOf(mine, recent) };
      });
      return {
        readings,
        liveness: Object.fromEntries(perNode.map(({ name, liveness }) => [name, liveness])),
        checks: Object.fromEntries(perNode.map(({ name, checks }) => [name, checks])),
      };
    },
  };
}

interface Asked extends Grant {
  readonly key: string;
  readonly verdict: Verdict;
  readonly answer: TimedAnswer;
}

interface Verdict {
  /** What the client was told; false also when it was told nothing. */
  readonly isAllowed: boolean;
  readonly isDenied: boolean;
  /** By Redis, as the node says. */
  readonly isDecided: boolean;
  readonly trouble: string | null;
}

async function askForOne(
  context: LookContext,
  { node, key }: { readonly node: NodeSite; readonly key: string },
): Promise<Asked> {
  const sentMs = performance.now();
  const url = `${node.apiUrl}/check`;
  // The token is for the manage port alone.
  const open = { ...context, token: undefined };
  const answer = await ask(open, { url, method: "POST", body: JSON.stringify({ key }) });
  const gotMs = performance.now();
  return { node: node.name, key, sentMs, gotMs, verdict: verdictOf(answer), answer };
}

function verdictOf(answer: TimedAnswer): Verdict {
  const parsed = parseAnswer(answer, { schema: checkAnswerSchema, statuses: [200, 429] });
  if (parsed.state === "failed") {
    return { isAllowed: false, isDenied: false, isDecided: false, trouble: parsed.reason };
  }
  const { allowed, decided_by } = parsed.value;
  const isDecided = decided_by === "redis";
  const trouble = isDecided ? null : "allowed without a decision: it fails open";
  return { isAllowed: allowed, isDenied: !allowed, isDecided, trouble };
}

function sidesOf(asked: readonly Asked[]): Pick<CanaryReading, "allowedBy" | "deniedBy"> {
  const namesWhere = (isMeant: (verdict: Verdict) => boolean) =>
    asked.filter(({ verdict }) => isMeant(verdict)).map(({ node }) => node);
  return {
    allowedBy: namesWhere(({ isAllowed }) => isAllowed),
    deniedBy: namesWhere(({ isDenied }) => isDenied),
  };
}

function countsOf(
  grants: readonly Grant[],
  options: { readonly windowMs: number; readonly nowMs: number },
): Pick<CanaryReading, "allowedInWindow" | "allowedInWindowBy"> {
  const names = [...new Set(grants.map(({ node }) => node))].sort();
  const countOf = (name: string) =>
    countWithinWindow(
      grants.filter(({ node }) => node === name),
      options,
    );
  return {
    allowedInWindow: countWithinWindow(grants, options),
    allowedInWindowBy: Object.fromEntries(names.map((name) => [name, countOf(name)])),
  };
}

function medianOf(sorted: readonly number[]): number {
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}

/** Durations of the decided checks of one look. */
interface Sample {
  readonly atMs: number;
  readonly durationsMs: readonly number[];
}

function sampleOf(asked: readonly Asked[], atMs: number): Sample {
  const decided = asked.filter(({ verdict }) => verdict.isDecided);
  return { atMs, durationsMs: decided.map(({ sentMs, gotMs }) => gotMs - sentMs) };
}

function recentSamples(samples: readonly Sample[], nowMs: number): readonly Sample[] {
  return samples.filter(({ atMs }) => nowMs - atMs <= SAMPLE_AGE_MS_MAX).slice(-SAMPLED_LOOKS);
}

/** One answer is enough: who answers lives. */
function bestLiveness(asked: readonly Asked[]): Reading<Liveness> {
  const all = asked.map(({ answer }) => livenessOf(answer));
  const rank = (reading: Reading<Liveness>) =>
    reading.state === "failed" ? 3 : { answers: 0, silent: 1, down: 2 }[reading.value.state];
  const [best] = [...all].sort((left, right) => rank(left) - rank(right));
  return best ?? { state: "failed", reason: "nothing was asked", atMs: 0 };
}

function checksOf(asked: readonly Asked[], recent: readonly Sample[]): Reading<NodeChecks> {
  const durations = recent
    .flatMap(({ durationsMs }) => durationsMs)
    .sort((left, right) => left - right);
  const latest = [...(recent.at(-1)?.durationsMs ?? [])].sort((left, right) => left - right);
  const undecided = asked.filter(({ verdict }) => !verdict.isDecided);
  const value = {
    samples: durations.length,
    medianMs: medianOf(durations),
    medianNowMs: medianOf(latest.length === 0 ? durations : latest),
    worstMs: Math.round(durations.at(-1) ?? 0),
    asked: asked.length,
    undecided: undecided.length,
    failedOpen: undecided.filter(({ verdict }) => verdict.isAllowed).length,
    trouble: undecided[0]?.verdict.trouble ?? null,
  };
  return { state: "read", value, atMs: asked[0]?.answer.atMs ?? 0 };
}
