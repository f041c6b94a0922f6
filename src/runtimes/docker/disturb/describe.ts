// Disturbances in a few words, for people.
import type { Disturbance } from "../../../domain/disturbance.ts";
import { unreachable } from "../../../domain/errors.ts";

const MIB = 1024 * 1024;

/** "latency 150 ms ± 20 to redis". */
export function describeDisturbance(disturbance: Disturbance): string {
  switch (disturbance.type) {
    case "latency": {
      const { delayMs, jitterMs } = disturbance;
      const jitter = jitterMs === 0 ? "" : ` ± ${jitterMs}`;
      return `latency ${delayMs} ms${jitter} to ${listOf(disturbance)}`;
    }
    case "loss":
      return `loss of ${disturbance.percent} % to and from ${listOf(disturbance)}`;
    case "bandwidth":
      return `bandwidth ${disturbance.kbitPerSecond} kbit/s`;
    case "partition":
      return `partition ${PARTED[disturbance.direction]} ${listOf(disturbance)}`;
    case "cpu":
      return `cpu ${disturbance.cpus}`;
    case "memory":
      return `memory ${sayBytes(disturbance.bytes)}`;
    case "disk":
      return `disk filled, ${sayBytes(disturbance.freeBytes)} left free`;
    default:
      return unreachable(disturbance);
  }
}

const PARTED = {
  both: "from",
  in: "that lets nothing in from",
  out: "that lets nothing out to",
} as const;

export function sayBytes(bytes: number): string {
  if (bytes < MIB) return `${Math.round(bytes / 1024)} KiB`;
  return `${Math.round((bytes / MIB) * 10) / 10} MiB`;
}

function listOf({ peers }: { readonly peers: readonly string[] }): string {
  return peers.join(", ");
}
