// What the parts of one node share: its identity, its settings, its link to Redis, its accounts.
import type { Clock } from "../../../src/domain/clock.ts";
import type { LimitsFile } from "../declared.ts";
import type { NodeMetrics } from "./node-metrics.ts";
import type { RedisLink } from "./redis-link.ts";
import type { SettingsFile } from "./settings-file.ts";
import type { UsageLog } from "./usage.ts";

export interface LimiterNode {
  readonly name: string;
  /** New at every start: tells two lives of one name apart. */
  readonly bootId: string;
  readonly startedAtMs: number;
  /** Where clients reach it. */
  readonly url: string;
  /** What /api calls must bring. */
  readonly token: string;
  readonly bounds: NodeBounds;
  readonly limits: LimitsFile;
  readonly settings: SettingsFile;
  readonly link: RedisLink;
  readonly usage: UsageLog;
  readonly metrics: NodeMetrics;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

export interface NodeBounds {
  /** For one check toward Redis. */
  readonly checkDeadlineMs: number;
  /** For one command of a management call, the health test and the lease. */
  readonly manageDeadlineMs: number;
  /** Commands that Redis has not answered. */
  readonly waitingMax: number;
}

/** The node's own clock: what it reports, and never what decides. */
export function nodeTimeMs({ clock, settings }: LimiterNode): number {
  return clock.now() + settings.current.clock_offset_ms;
}
