// Pure: what go-ycsb prints, as the lines of our own load generator. For each kind of operation it
// prints a line of figures since its start, each interval and at its end:
// "READ   - Takes(s): 9.7, Count: 110092, OPS: 11380.1, Avg(us): 3822, …, 99th(us): 51000, …"
// (pingcap/go-ycsb v1.0.1, pkg/measurement/histograms.go, pkg/util/output.go).
import type { LoadLedger, LoadReader, LoadSecond } from "../../../../src/domain/load.ts";

/** What one operation's line says, in counts and microseconds. */
interface Figures {
  readonly takesS: number;
  readonly count: number;
  /** Undefined before v1.0.1. */
  readonly p50Us: number | undefined;
  readonly p99Us: number | undefined;
}

/** The lines that are printed together, by operation. */
interface Block {
  readonly atMs: number;
  readonly figures: Map<string, Figures>;
}

interface Counts {
  readonly reads: number;
  readonly writes: number;
  readonly failures: number;
}

/** They are one write; the next one is an interval away. */
const BLOCK_MS = 300;
const SECOND_MS = 1_000;
const US_IN_MS = 1_000;
const NONE: Counts = { reads: 0, writes: 0, failures: 0 };

const LINE = /^([A-Z_]+)\s+- (Takes\(s\): .*)$/;
const READS = ["READ", "SCAN"];
const WRITES = ["INSERT", "UPDATE", "DELETE"];
/** Of all that succeeded; since v1.0.1. */
const TOTAL = "TOTAL";

/**
 * Of each interval the operations are those in it, and as many a second as that makes. Latencies
 * are since the start: of an interval alone nothing is printed.
 */
export function openYcsbReader(): LoadReader {
  let block: Block | undefined;
  let before: Block | undefined;
  const complete = () => {
    if (!block) return undefined;
    const second = secondOf(block, before);
    before = block;
    block = undefined;
    return second;
  };
  return {
    take(line, atMs) {
      const [, operation, text] = LINE.exec(line) ?? [];
      if (operation === undefined || text === undefined) return undefined;
      const isNext = block !== undefined && atMs - block.atMs > BLOCK_MS;
      const second = isNext ? complete() : undefined;
      block ??= { atMs, figures: new Map() };
      block.figures.set(operation, figuresIn(text));
      return second;
    },
    end() {
      const second = complete();
      return { second, ledger: ledgerOf(before) };
    },
  };
}

/** It keeps none: what became of the writes nobody can say. */
function ledgerOf(last: Block | undefined): LoadLedger {
  const figures = { writes_acknowledged: countsOf(last).writes, writes_lost: null };
  return { type: "ledger", verdict: "no_ledger", figures };
}

function secondOf(block: Block, before: Block | undefined): LoadSecond {
  const now = countsOf(block);
  const then = countsOf(before);
  const reads = now.reads - then.reads;
  const writes = now.writes - then.writes;
  const seconds = Math.max(1, Math.round(spanMs(block, before) / SECOND_MS));
  return {
    type: "workload",
    at_ms: block.atMs,
    ops: Math.round((reads + writes) / seconds),
    failures: Math.round((now.failures - then.failures) / seconds),
    ...latenciesOf(block),
    counts: { reads, writes_acknowledged: writes },
  };
}

function spanMs(block: Block, before: Block | undefined): number {
  if (before) return block.atMs - before.atMs;
  return Math.max(0, ...[...block.figures.values()].map(({ takesS }) => takesS * SECOND_MS));
}

function countsOf(block: Block | undefined): Counts {
  if (!block) return NONE;
  const sumOf = (isCounted: (operation: string) => boolean) =>
    [...block.figures].reduce(
      (sum, [operation, { count }]) => sum + (isCounted(operation) ? count : 0),
      0,
    );
  return {
    reads: sumOf((operation) => READS.includes(operation)),
    writes: sumOf((operation) => WRITES.includes(operation)),
    failures: sumOf((operation) => operation.endsWith("_ERROR")),
  };
}

/** Without a total the slowest kind bounds the share of all. */
function latenciesOf({ figures }: Block): Pick<LoadSecond, "p50_ms" | "p99_ms"> {
  const total = figures.get(TOTAL);
  const kinds = [...READS, ...WRITES].flatMap((kind) => figures.get(kind)?.p99Us ?? []);
  const slowestUs = kinds.length > 0 ? Math.max(...kinds) : undefined;
  return { p50_ms: inMs(total?.p50Us), p99_ms: inMs(total?.p99Us ?? slowestUs) };
}

function inMs(us: number | undefined): number | null {
  return us === undefined ? null : us / US_IN_MS;
}

/** `Takes(s): 9.7, Count: 110092, …` */
function figuresIn(text: string): Figures {
  const pairs = text.split(", ").map((field) => field.split(": "));
  const figures = new Map(pairs.map(([name = "", value]) => [name, Number(value)]));
  return {
    takesS: figures.get("Takes(s)") ?? 0,
    count: figures.get("Count") ?? 0,
    p50Us: figures.get("50th(us)"),
    p99Us: figures.get("99th(us)"),
  };
}
