// What is written: keys that spread evenly over the regions, values that say which write they are
// of.

export interface Stamp {
  readonly key: string;
  /** The ledger that the write is in: the cluster may hold values from before it. */
  readonly ledgerId: string;
  /** Counts the writes of one key, from 1. */
  readonly sequence: number;
}

const VALUE_CHARACTERS = 100;
const KEY_DIGITS = 10;
/**
 * 2^64 divided by the golden ratio: multiples of it spread evenly, popular ones side by side too.
 */
const SPREAD = 11_400_714_819_323_198_485n;

/**
 * `user` and ten digits, over which PD's stand-in cuts its regions, and the ledger: generators that
 * run at the same time have keys of their own, so that none takes another's writes for a loss.
 */
export function keyOf(item: number, ledgerId: string): string {
  const spread = (BigInt(item + 1) * SPREAD) % 2n ** 64n;
  const digits = (spread * 10n ** BigInt(KEY_DIGITS)) >> 64n;
  return `user${String(digits).padStart(KEY_DIGITS, "0")}-${ledgerId}`;
}

export function stampedValue({ key, ledgerId, sequence }: Stamp): string {
  return `${key} ${ledgerId} ${sequence} `.padEnd(VALUE_CHARACTERS, "x");
}

/** Undefined for a value that no load generator wrote. */
export function stampOf(value: string): Stamp | undefined {
  const [key, ledgerId, sequence] = value.split(" ");
  if (key === undefined || ledgerId === undefined || !/^\d+$/.test(sequence ?? ""))
    return undefined;
  return { key, ledgerId, sequence: Number(sequence) };
}
