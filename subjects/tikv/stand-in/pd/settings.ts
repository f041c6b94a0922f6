// What one PD stand-in knows from its options: who it is, who the others are, and its timers.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { assert } from "../../../../src/domain/errors.ts";
import type { MemberOptions, MemberPlan } from "../../../../src/domain/subject.ts";
import { hostOf, listenOn } from "../address.ts";
import type { RaftTimings } from "../raft/consensus.ts";

export interface PdSettings {
  readonly self: PdPlan;
  /** All declared members of the role, in declared order; `self` is one of them. */
  readonly members: readonly PdPlan[];
  /** The address on which both of its ports listen. */
  readonly listenOn: string;
  readonly dataDir: string;
  readonly timeScale: number;
  /** How many regions the key space is cut into when the cluster is bootstrapped. */
  readonly regionCount: number;
  readonly timings: PdTimings;
}

export interface PdPlan {
  readonly name: string;
  /** An unsigned 64-bit number above 2^53, like etcd's. */
  readonly memberId: bigint;
  readonly clientUrl: string;
  readonly peerUrl: string;
  readonly ports: { readonly client: number; readonly peer: number };
}

/** All in real milliseconds: what PD's own constants become under the time scale. */
export interface PdTimings {
  readonly raft: RaftTimings;
  readonly leaseMs: number;
  readonly leaderTickMs: number;
  readonly scheduleTickMs: number;
  readonly redirectWaitMs: number;
  readonly redirectBackoffMs: number;
  readonly proxyMs: number;
  readonly probeMs: number;
  readonly writeMs: number;
  readonly disconnectedMs: number;
  readonly unhealthyMs: number;
  readonly persistHeartbeatMs: number;
  readonly prepareMs: number;
  readonly checkStoresMs: number;
  readonly recordsKeptMs: number;
}

const DEFAULT_REGION_COUNT = 12;

export function settingsOf(options: MemberOptions): PdSettings {
  const { member, topology, dataDir } = options;
  const members = topology.members.filter((plan) => plan.role === member.role).map(pdPlan);
  const self = members.find((plan) => plan.name === member.name);
  assert(self !== undefined, `member ${member.name} is part of its topology`);
  const regions = member.settings.regions;
  const regionCount = typeof regions === "number" ? regions : DEFAULT_REGION_COUNT;
  const timings = scaledTimings(topology.timeScale);
  const { timeScale } = topology;
  return { self, members, listenOn: listenOn(member), dataDir, timeScale, regionCount, timings };
}

export function databaseFile(settings: PdSettings): string {
  return join(settings.dataDir, "pd.sqlite");
}

function pdPlan(plan: MemberPlan): PdPlan {
  const { client, peer } = plan.ports;
  assert(client !== undefined && peer !== undefined, `${plan.name} has ports client and peer`);
  const clientUrl = `http://${hostOf(plan)}:${client}`;
  const peerUrl = `http://${hostOf(plan)}:${peer}`;
  const memberId = memberIdOf(`${plan.name} ${peerUrl}`);
  return { name: plan.name, memberId, clientUrl, peerUrl, ports: { client, peer } };
}

/** The top bit is set, so that a client which reads the id as a double is always wrong. */
function memberIdOf(identity: string): bigint {
  const digest = createHash("sha1").update(identity).digest();
  return digest.readBigUInt64BE(0) | (1n << 63n);
}

function scaledTimings(scale: number): PdTimings {
  const scaled = (realMs: number, floorMs = 1) => Math.max(floorMs, Math.round(realMs / scale));
  return {
    // 500 ms tick, 3 s election: server/config/config.go. Below a second or so, an election could
    // be caused by nothing but a busy machine.
    raft: {
      heartbeatMs: scaled(500, 300),
      electionMinMs: scaled(3_000, 1_000),
      electionMaxMs: scaled(6_000, 2_000),
    },
    leaseMs: scaled(5_000, 1_500), // defaultLeaderLease, server/config/config.go
    leaderTickMs: 100, // 50 ms in PD; half as often to stay idle
    scheduleTickMs: scaled(1_000, 250),
    redirectWaitMs: scaled(3_000), // backoffMaxDelay, serverapi/middleware.go
    redirectBackoffMs: scaled(100), // backoffInterval, serverapi/middleware.go
    proxyMs: scaled(30_000, 5_000), // unbounded in PD; a bound of ours
    probeMs: scaled(3_000, 500), // CheckHealth, server/cluster/cluster.go:2704
    writeMs: scaled(3_000, 2_000),
    disconnectedMs: scaled(20_000), // storeDisconnectDuration, pkg/core/store.go:628
    unhealthyMs: scaled(600_000), // storeUnhealthyDuration, pkg/core/store.go:629
    persistHeartbeatMs: scaled(300_000), // storePersistInterval, pkg/core/store.go:39
    prepareMs: scaled(300_000), // collectTimeout, pkg/schedule/coordinator.go:47
    checkStoresMs: scaled(10_000), // nodeStateCheckJobInterval, server/cluster/cluster.go:95
    recordsKeptMs: scaled(600_000), // statuses are kept for 10 min, pkg/schedule/operator
  };
}
