// Values of settings that leave things as safe as they were, and what the others are: what tables
// of settings are made of. Pure.
import type { EffectKind } from "../../domain/effect.ts";

/** Of a value in lower case. */
type ValueJudge = (value: string) => EffectKind;

/** By the name in lower case; the first that fits. */
export type Settings = readonly (readonly [RegExp, ValueJudge])[];

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;

/** What no table has is unknown. */
export function judgeSetting(settings: Settings, name: string, value: string): EffectKind {
  const written = name.toLowerCase();
  const [, judge] = settings.find(([known]) => known.test(written)) ?? [];
  return judge?.(value.toLowerCase()) ?? "unknown";
}

interface Range {
  readonly min: number;
  readonly max: number;
  /** Less is unknown: it nearly stops what it bounds. */
  readonly least?: number;
  /** Where there is nothing else to say: unknown. */
  readonly below?: EffectKind;
  readonly above?: EffectKind;
}

/** What is no plain number counts as too little. */
export function within({
  min,
  max,
  least = min,
  below = "unknown",
  above = "unknown",
}: Range): ValueJudge {
  return (value) => (/^\d+(?:\.\d+)?$/.test(value) ? kindOfAmount(Number(value)) : below);

  function kindOfAmount(amount: number): EffectKind {
    if (amount < min) return below;
    if (amount < least) return "unknown";
    return amount > max ? above : "configure";
  }
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ...{ ms: 1, s: SECOND_MS, m: MINUTE_MS, h: 60 * MINUTE_MS },
};

/** Of a time in Go's form, `30m0s`: one that is longer puts the making of copies off. */
export function lasting({ min, max }: Range): ValueJudge {
  return (value) => {
    if (!/^(?:\d+(?:\.\d+)?(?:ms|[smh]))+$/.test(value)) return "unknown";
    const parts = [...value.matchAll(/([\d.]+)(ms|[smh])/g)];
    const ms = parts.reduce(
      (sum, [, count, unit = ""]) => sum + Number(count) * (UNIT_MS[unit] ?? 0),
      0,
    );
    return within({ min, max, above: "destroy" })(ms.toFixed(3));
  };
}

export function only(values: readonly string[], otherwise: EffectKind = "unknown"): ValueJudge {
  return (value) => (values.includes(value) ? "configure" : otherwise);
}
