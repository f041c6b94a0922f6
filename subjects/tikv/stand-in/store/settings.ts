// What one store stand-in knows from its options: its ports, PD's, its disk, and its timers.
import { join } from "node:path";
import { OperatorError } from "../../../../src/domain/errors.ts";
import type { MemberOptions, MemberPlan } from "../../../../src/domain/subject.ts";
import { hostOf, listenOn } from "../address.ts";
import type { RaftTimings } from "../raft/consensus.ts";

export interface StoreSettings {
  readonly name: string;
  readonly ports: { readonly client: number; readonly status: number };
  /** The address on which both of its ports listen. */
  readonly listenOn: string;
  /** host:port, as told to PD. */
  readonly address: string;
  readonly statusAddress: string;
  /** Base URLs, in declared order. */
  readonly pdUrls: readonly string[];
  readonly labels: readonly { readonly key: string; readonly value: string }[];
  readonly dataDir: string;
  readonly databaseFile: string;
  readonly disk: { readonly capacityBytes: number; readonly usedBytes: number };
  readonly timings: StoreTimings;
}

/** Real milliseconds: TiKV's constants under the time scale. */
export interface StoreTimings {
  readonly raft: RaftTimings;
  readonly pdDeadlineMs: number;
  readonly storeHeartbeatMs: number;
  readonly regionHeartbeatMs: number;
  readonly peerDownMs: number;
}

export const STORE_VERSION = "8.5.7";
const CAPACITY_BYTES = 10 * 1024 ** 3;

export function settingsOf(options: MemberOptions): StoreSettings {
  const { member, topology, dataDir } = options;
  const client = portOf(member, "client");
  const status = portOf(member, "status");
  const pds = topology.members.filter((plan) => plan.role === "pd");
  return {
    name: member.name,
    ports: { client, status },
    listenOn: listenOn(member),
    address: `${hostOf(member)}:${client}`,
    statusAddress: `${hostOf(member)}:${status}`,
    pdUrls: pds.map((plan) => `http://${hostOf(plan)}:${portOf(plan, "client")}`),
    labels: [{ key: "host", value: member.name }],
    dataDir,
    databaseFile: join(dataDir, "store.sqlite"),
    disk: {
      capacityBytes: numberSetting(member, "capacity_bytes") ?? CAPACITY_BYTES,
      usedBytes: numberSetting(member, "used_bytes") ?? 0,
    },
    timings: scaledTimings(topology.timeScale),
  };
}

/** Numbers of TiKV v8.5.7, components/raftstore/src/store/config.rs:530-608. */
function scaledTimings(scale: number): StoreTimings {
  const scaled = (realMs: number, floorMs: number) => Math.max(floorMs, Math.round(realMs / scale));
  return {
    // Ticks of 1 s: heartbeat 2, election 10 to 20. The floor keeps a busy machine from electing.
    raft: {
      heartbeatMs: scaled(2_000, 150),
      electionMinMs: scaled(10_000, 600),
      electionMaxMs: scaled(20_000, 1_200),
    },
    // A PD follower may itself wait 3 s (scaled) for a leader; one that is paused never answers.
    pdDeadlineMs: scaled(4_000, 800),
    storeHeartbeatMs: scaled(10_000, 100),
    regionHeartbeatMs: scaled(60_000, 500),
    peerDownMs: scaled(600_000, 2_000),
  };
}

function portOf(member: MemberPlan, name: string): number {
  const port = member.ports[name];
  if (port !== undefined) return port;
  throw new OperatorError("usage", `run a stand-in store: ${member.name} has no ${name} port`);
}

function numberSetting(member: MemberPlan, name: string): number | undefined {
  const value = member.settings[name];
  return typeof value === "number" ? value : undefined;
}
