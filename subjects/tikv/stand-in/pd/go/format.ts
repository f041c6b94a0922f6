// Times, durations and sizes in the texts that PD's API uses.
import { localTime } from "../../local-time.ts";

const MS_NS = 1_000_000n;
const SECOND_NS = 1_000_000_000n;
const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000_001,
};

/** `1.818TiB`: four significant digits, binary units (docker/go-units BytesSize, `%.4g`). */
export function byteSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${Number(size.toPrecision(4))}${units[unit]}`;
}

/** Go's Duration.String: `49h3m12.123456789s`, `30m0s`, `1.5s`, `10ms`, `0s`. */
export function goDuration(durationNs: bigint): string {
  if (durationNs === 0n) return "0s";
  if (durationNs < 0n) return `-${goDuration(-durationNs)}`;
  if (durationNs < 1_000n) return `${durationNs}ns`;
  if (durationNs < MS_NS) return `${decimal(durationNs, 1_000n)}µs`;
  if (durationNs < SECOND_NS) return `${decimal(durationNs, MS_NS)}ms`;
  const seconds = durationNs / SECOND_NS;
  const hours = seconds / 3600n;
  const minutes = (seconds / 60n) % 60n;
  const rest = `${decimal(durationNs % (60n * SECOND_NS), SECOND_NS)}s`;
  if (hours > 0n) return `${hours}h${minutes}m${rest}`;
  return minutes > 0n ? `${minutes}m${rest}` : rest;
}

export function goDurationOfMs(durationMs: number): string {
  return goDuration(BigInt(Math.round(durationMs * 1_000_000)));
}

/** Milliseconds of a text that Go's ParseDuration takes; undefined for any other text. */
export function parseGoDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g);
  return [...parts].reduce(
    (total, [, amount, unit]) => total + Number(amount) * (UNIT_MS[unit ?? ""] ?? 0),
    0,
  );
}

/** RFC3339Nano in this process's zone: trailing zeros of the fraction are dropped. */
export function rfc3339Nano(epochNs: bigint): string {
  const { date, clock, zone } = localTime(Number(epochNs / MS_NS));
  return `${date}T${clock}${fraction(epochNs)}${zone === "+00:00" ? "Z" : zone}`;
}

/** RFC3339Nano of a second-precision or millisecond time. */
export function rfc3339OfMs(epochMs: number): string {
  return rfc3339Nano(BigInt(epochMs) * MS_NS);
}

/** Go's Time.String with its monotonic suffix, as operator strings carry it. */
export function goTimeString(epochNs: bigint, uptimeNs: bigint): string {
  const { date, clock, zone } = localTime(Number(epochNs / MS_NS));
  const offset = zone.replace(":", "");
  const zoneName = zone === "+00:00" ? "UTC" : offset.slice(0, 3);
  const monotonic = `${uptimeNs / SECOND_NS}.${String(uptimeNs % SECOND_NS).padStart(9, "0")}`;
  return `${date} ${clock}${fraction(epochNs)} ${offset} ${zoneName} m=+${monotonic}`;
}

function decimal(value: bigint, unit: bigint): string {
  const rest = String(value % unit).padStart(String(unit).length - 1, "0");
  const trimmed = rest.replace(/0+$/, "");
  return trimmed === "" ? `${value / unit}` : `${value / unit}.${trimmed}`;
}

function fraction(epochNs: bigint): string {
  const digits = String(epochNs % SECOND_NS)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return digits === "" ? "" : `.${digits}`;
}
