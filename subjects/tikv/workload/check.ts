// Reads every written key back and compares it with the ledger: what was acknowledged must be
// there.
import type { Clock } from "../../../src/domain/clock.ts";
import type { StoreClient } from "./client.ts";
import type { KeyRecord, Ledger } from "./ledger.ts";
import { stampOf } from "./records.ts";

export interface CheckResult {
  /** Acknowledged writes in the ledger. */
  readonly acknowledged: number;
  /** Keys read back; those lost or unreadable below are keys, too. */
  readonly checked: number;
  readonly lost: number;
  readonly unreadable: number;
  readonly examples: readonly string[];
}

type Finding =
  | { readonly type: "kept" }
  | { readonly type: "lost"; readonly detail: string }
  | { readonly type: "unreadable"; readonly detail: string };

const CHECK_MS = 15_000;
const READERS = 16;
const RETRY_MS = 100;
const EXAMPLES_MAX = 5;

/**
 * Takes at most about 15 s, whatever the cluster does; what could not be read then is unreadable.
 */
export async function checkLedger(options: {
  readonly ledger: Ledger;
  readonly client: StoreClient;
  readonly clock: Clock;
}): Promise<CheckResult> {
  const { ledger, client, clock } = options;
  const waiting = [...ledger.entries()];
  const dueAtMs = clock.now() + CHECK_MS;
  const findings: Finding[] = [];
  const readNext = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [key, record] = next;
      const value = await readUntil({ client, clock, key, dueAtMs });
      findings.push(judge({ key, record, value, ledgerId: ledger.id }));
    }
  };
  await Promise.all(Array.from({ length: READERS }, readNext));
  return summarize(findings, ledger.acknowledgedCount());
}

/**
 * Kept is the last acknowledged write, or a later one whose fate was never told. Where nothing was
 * acknowledged, whatever was there before may still be. `value` undefined means that it could not
 * be read, null that there is none.
 */
export function judge(of: {
  readonly key: string;
  readonly ledgerId: string;
  readonly record: Readonly<KeyRecord>;
  readonly value: string | null | undefined;
}): Finding {
  const { key, ledgerId, record, value } = of;
  const expected = `expected write ${record.acknowledged} to ${record.attempted}`;
  if (value === undefined) return { type: "unreadable", detail: `${key}: no answer in time` };
  const stamp = value === null ? undefined : stampOf(value);
  if (stamp?.key !== key || stamp.ledgerId !== ledgerId) {
    if (record.acknowledged === 0) return { type: "kept" };
    const found = value === null ? "nothing there" : "found a value that is not of this ledger";
    return { type: "lost", detail: `${key}: ${found}, ${expected}` };
  }
  const { sequence } = stamp;
  if (sequence >= record.acknowledged && sequence <= record.attempted) return { type: "kept" };
  return { type: "lost", detail: `${key}: found write ${sequence}, ${expected}` };
}

async function readUntil(options: {
  readonly client: StoreClient;
  readonly clock: Clock;
  readonly key: string;
  readonly dueAtMs: number;
}): Promise<string | null | undefined> {
  while (options.clock.now() < options.dueAtMs) {
    const outcome = await options.client.get(options.key);
    if (outcome.state === "done") return outcome.value;
    await options.clock.sleep(RETRY_MS);
  }
  return undefined;
}

function summarize(findings: readonly Finding[], acknowledged: number): CheckResult {
  const bad = findings.flatMap((finding) => (finding.type === "kept" ? [] : [finding]));
  return {
    acknowledged,
    checked: findings.length,
    lost: bad.filter(({ type }) => type === "lost").length,
    unreadable: bad.filter(({ type }) => type === "unreadable").length,
    examples: bad.slice(0, EXAMPLES_MAX).map(({ detail }) => detail),
  };
}
