// The store's disk: a capacity that is only a number, and what is really used of it. Below the
// reserve, ordinary writes are refused, as in TiKV (components/server/src/common.rs:200).
import { statSync } from "node:fs";
import type { Config } from "./config.ts";

export interface DiskSpace {
  readonly capacityBytes: number;
  readonly availableBytes: number;
  readonly usedBytes: number;
  readonly state: DiskState;
}

export type DiskState = "Normal" | "AlmostFull" | "AlreadyFull";

export function measureDisk(options: {
  readonly databaseFile: string;
  /** Of the settings and of the `used_bytes` fault: other files on that disk, so to speak. */
  readonly otherBytes: number;
  readonly config: Config;
}): DiskSpace {
  const { capacityBytes, reserveBytes } = options.config.sizes();
  const usedBytes = databaseBytes(options.databaseFile) + options.otherBytes;
  const availableBytes = Math.max(0, capacityBytes - usedBytes);
  const state = diskState({ capacityBytes, availableBytes, reserveBytes });
  return { capacityBytes, availableBytes, usedBytes, state };
}

/** A `reserveBytes` of 0 turns the check off. */
export function diskState(space: {
  readonly capacityBytes: number;
  readonly availableBytes: number;
  readonly reserveBytes: number;
}): DiskState {
  if (space.reserveBytes === 0) return "Normal";
  const reserveBytes = Math.max(space.reserveBytes, space.capacityBytes * 0.05);
  if (space.availableBytes <= reserveBytes / 2) return "AlreadyFull";
  return space.availableBytes <= reserveBytes ? "AlmostFull" : "Normal";
}

function databaseBytes(databaseFile: string): number {
  return [databaseFile, `${databaseFile}-wal`].reduce(
    (total, file) => total + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
