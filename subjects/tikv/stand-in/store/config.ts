// The store's configuration as its status server shows it, and the part that can be changed online.
import { join } from "node:path";
import { z } from "zod";
import type { JsonObject } from "../../../../src/domain/json.ts";
import { durableJson } from "./durable-json.ts";
import type { StoreSettings } from "./settings.ts";

export interface Config {
  sizes(): { readonly capacityBytes: number; readonly reserveBytes: number };
  /** Nested, in kebab-case. */
  describe(): JsonObject;
  /** All or nothing; gives the reason when it is nothing. */
  change(change: Readonly<Record<string, unknown>>, options: ChangeOptions): string | undefined;
}

interface ChangeOptions {
  readonly isPersisted: boolean;
}

const CAPACITY = "raftstore.capacity";
const RESERVE = "storage.reserve-space";
/**
 * 5 GiB in TiKV, for disks of terabytes; the 5 % of its rule decides here, unless it is changed.
 */
const RESERVE_BYTES = 1024 ** 2;
const UNITS: Readonly<Record<string, number>> = { K: 1, M: 2, G: 3, T: 4, P: 5 };

export function openConfig(settings: StoreSettings): Config {
  const file = durableJson(
    join(settings.dataDir, "online-config.json"),
    z.record(z.string(), z.string()),
  );
  const online = new Map(Object.entries(file.load() ?? {}));
  const sizeOf = (name: string) => parseSize(online.get(name) ?? "");
  return {
    sizes: () => ({
      capacityBytes: sizeOf(CAPACITY) || settings.disk.capacityBytes,
      reserveBytes: sizeOf(RESERVE) ?? RESERVE_BYTES,
    }),
    describe: () => describeConfig(settings, online),
    change: (change, { isPersisted }) => {
      const refusal = Object.entries(change)
        .map(whyRefused)
        .find((reason) => reason !== undefined);
      if (refusal !== undefined) return refusal;
      for (const [name, value] of Object.entries(change)) online.set(name, String(value));
      if (isPersisted) file.save(Object.fromEntries(online));
      return undefined;
    },
  };
}

/** `6GiB`, `512MB` (binary, too, as in TiKV), `0`, `4096`. Undefined for what is no size. */
export function parseSize(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?(?:([KMGTP])i?)?B?$/i.exec(text.trim()) ?? [];
  if (amount === undefined) return undefined;
  return Math.round(Number(amount) * 1024 ** (UNITS[unit?.toUpperCase() ?? ""] ?? 0));
}

function whyRefused([name, value]: [string, unknown]): string | undefined {
  if (name !== CAPACITY && name !== RESERVE) return `${name} cannot be changed online`;
  return parseSize(String(value)) === undefined ? `${name}: not a size: ${value}` : undefined;
}

function describeConfig(settings: StoreSettings, online: ReadonlyMap<string, string>): JsonObject {
  const { timings } = settings;
  return {
    "log-level": "info",
    server: {
      addr: settings.address,
      "status-addr": settings.statusAddress,
      labels: Object.fromEntries(settings.labels.map(({ key, value }) => [key, value])),
    },
    storage: {
      "data-dir": settings.dataDir,
      engine: "raft-kv",
      "reserve-space": online.get(RESERVE) ?? `${RESERVE_BYTES}B`,
    },
    pd: { endpoints: settings.pdUrls.map((url) => new URL(url).host) },
    raftstore: {
      capacity: online.get(CAPACITY) ?? `${settings.disk.capacityBytes}B`,
      "pd-heartbeat-tick-interval": `${timings.regionHeartbeatMs}ms`,
      "pd-store-heartbeat-tick-interval": `${timings.storeHeartbeatMs}ms`,
      "max-peer-down-duration": `${timings.peerDownMs}ms`,
    },
  };
}
