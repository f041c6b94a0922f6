// Whom the faults in one tenant's keys may strike: tenants with a limit of their own, and no
// override of it.
import { type Reading, readValue } from "../../../src/domain/observation.ts";
import { DECLARED_LIMITS, type Rule } from "../declared.ts";
import type { LimiterObservation } from "../observation.ts";

export interface Tenant {
  readonly key: string;
  readonly rule: Rule;
}

/** Those of these keys that are declared and not overridden. */
export function tenantsAmong(
  keys: readonly string[],
  { declared, overrides }: LimiterObservation,
): readonly Tenant[] {
  const limits = declared.limits ?? DECLARED_LIMITS;
  const overridden = itemsOf(overrides).map(({ key }) => key);
  return keys.flatMap((key) => {
    const rule = limits.keys[key];
    return rule && !overridden.includes(key) ? [{ key, rule }] : [];
  });
}

function itemsOf<T>(reading: Reading<{ readonly items: readonly T[] }>): readonly T[] {
  return readValue(reading)?.items ?? [];
}

/** As a node makes it: the first part of the members that it writes. */
export function newBootId(random: () => number): string {
  const digits = Array.from({ length: BOOT_ID_DIGITS }, () => Math.floor(random() * 16));
  return digits.map((digit) => digit.toString(16)).join("");
}

const BOOT_ID_DIGITS = 12;
