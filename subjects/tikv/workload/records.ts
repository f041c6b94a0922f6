// What is written: keys that spread evenly over the regions, values that say which write they are of.

export interface Stamp {
  readonly key: string;
  /** Counts the writes of one key, from 1. */
  readonly sequence: number;
}

const VALUE_CHARACTERS = 100;
const KEY_DIGITS = 10;
/** 2^64 divided by the golden ratio: multiples of it spread evenly, popular ones side by side too. */
const SPREAD = 11_400_714_819_323_198_485n;

/** `user` and ten digits: PD's stand-in cuts its regions over that space. */
export function keyOf(item: number): string {
  const spread = (BigInt(item + 1) * SPREAD) % 2n ** 64n;
  const digits = (spread * 10n ** BigInt(KEY_DIGITS)) >> 64n;
  return `user${String(digits).padStart(KEY_DIGITS, "0")}`;
}

export function stampedValue({ key, sequence }: Stamp): string {
  return `${key} ${sequence} `.padEnd(VALUE_CHARACTERS, "x");
}

/** Undefined for a value that this load generator never wrote. */
export function stampOf(value: string): Stamp | undefined {
  const [key, sequence] = value.split(" ");
  if (key === undefined || !/^\d+$/.test(sequence ?? "")) return undefined;
  return { key, sequence: Number(sequence) };
}
