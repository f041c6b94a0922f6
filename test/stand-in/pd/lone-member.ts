// One PD member in memory: real metadata and real handlers, a Raft group of one that applies at
// once, and a clock that is moved by hand.
import { Database } from "bun:sqlite";
import { seededRandom } from "../../../src/infra/clock.ts";
import { createLog } from "../../../subjects/tikv/stand-in/log.ts";
import { ALL_ROUTES } from "../../../subjects/tikv/stand-in/pd/api/all-routes.ts";
import { answer } from "../../../subjects/tikv/stand-in/pd/http/answer.ts";
import { tickLeadership } from "../../../subjects/tikv/stand-in/pd/leadership.ts";
import type { PdMember } from "../../../subjects/tikv/stand-in/pd/member.ts";
import { MetadataReplica } from "../../../subjects/tikv/stand-in/pd/metadata/replica.ts";
import { tickScheduling } from "../../../subjects/tikv/stand-in/pd/schedule/tick.ts";
import { settingsOf } from "../../../subjects/tikv/stand-in/pd/settings.ts";
import { PD_PATHS } from "../../../subjects/tikv/stand-in/protocol.ts";
import type { RaftNode } from "../../../subjects/tikv/stand-in/raft/consensus.ts";
import { hurriedClock } from "../../support/hurried-clock.ts";

export const START_MS = Date.UTC(2026, 10, 22, 19, 33, 5, 123);

export interface LoneMember {
  readonly member: PdMember;
  /** The lines of its log so far. */
  readonly lines: readonly string[];
  /** Time passes, without a tick of any loop. */
  pass(durationMs: number): void;
  /** One tick of the leader loop and of the schedulers. */
  tick(): Promise<void>;
  ask(path: string, init?: RequestInit): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
}

export interface LoneOptions {
  readonly timeScale?: number;
  readonly regions?: number;
}

/** In office already, with no store yet. */
export async function startLoneMember(options: LoneOptions = {}): Promise<LoneMember> {
  const clock = hurriedClock(START_MS);
  const lines: string[] = [];
  const log = createLog(clock, (line) => lines.push(line));
  const member = createMember(options, { clock, log });
  const lone: LoneMember = {
    member,
    lines,
    pass: clock.advance,
    tick: async () => {
      await tickLeadership(member);
      await tickScheduling(member);
    },
    ask: (path, init) => ask(member, path, init),
    post: (path, body) => ask(member, path, { method: "POST", body: JSON.stringify(body) }),
  };
  await lone.tick();
  return lone;
}

/** Three stores join, heartbeat, and the first leads every region. */
export async function bootstrap(lone: LoneMember): Promise<readonly number[]> {
  for (const host of ["10.0.1.11", "10.0.1.12", "10.0.1.13"]) {
    await lone.post(PD_PATHS.join, joinRequest(host));
  }
  for (const storeId of [1, 2, 3]) await beat(lone, storeId);
  const { regions } = JSON.parse((await lone.ask("/pd/api/v1/regions")).text);
  const ids = regions.map((region: { id: number }) => region.id);
  await lead(lone, 1, ids);
  return ids;
}

export function joinRequest(host: string) {
  return {
    address: `${host}:20160`,
    status_address: `${host}:20180`,
    labels: [],
    version: "8.5.7",
    start_timestamp: Math.floor(START_MS / 1000) - 60,
  };
}

/** A store heartbeat of a 2 TB disk, two thirds of it available. */
export function beat(lone: LoneMember, storeId: number, available = 1_323_807_612_928) {
  return lone.post(PD_PATHS.storeHeartbeat, {
    store_id: storeId,
    capacity: 1_999_307_276_288,
    available,
    used_size: 656_378_000_000,
    start_timestamp: Math.floor(START_MS / 1000) - 60,
    slow_score: 1,
    is_busy: false,
  });
}

/** A region heartbeat of the store that leads these, in a term that is always newer. */
export function lead(
  lone: LoneMember,
  storeId: number,
  regionIds: readonly number[],
): Promise<Answer> {
  const regions = regionIds.map((id) => regionReport(id, lone.member.clock.now()));
  return lone.post(PD_PATHS.regionHeartbeat, { store_id: storeId, regions });
}

export function regionReport(regionId: number, term: number) {
  return {
    region_id: regionId,
    term,
    down_peers: [],
    pending_peers: [],
    approximate_size: 96,
    approximate_keys: 812_345,
    written_bytes: 1_048_576,
    read_bytes: 0,
    written_keys: 912,
    read_keys: 0,
  };
}

function createMember(options: LoneOptions, world: Pick<PdMember, "clock" | "log">): PdMember {
  const plan = {
    name: "pd1",
    role: "pd",
    isStandIn: true,
    ports: { client: 2379, peer: 2380 },
    settings: { regions: options.regions ?? 6 },
  };
  const timeScale = options.timeScale ?? 1;
  const { clock } = world;
  const surroundings = { random: seededRandom(7), signal: new AbortController().signal };
  const settings = settingsOf({
    member: plan,
    topology: { subject: "tikv", timeScale, members: [plan], endpoints: [] },
    dataDir: "/nowhere",
    log: () => undefined,
    clock,
    ...surroundings,
  });
  const metadata = new MetadataReplica(new Database(":memory:"));
  return {
    settings,
    metadata,
    raft: groupOfOne(metadata),
    startedAtMs: clock.now() - 512_000,
    failpoints: new Set(),
    lease: { text: undefined, changedAtMs: clock.now() },
    etcd: { leaderId: undefined, changedAtMs: clock.now(), changes: 0 },
    office: undefined,
    ...world,
    ...surroundings,
  };
}

function groupOfOne(metadata: MetadataReplica): RaftNode {
  return {
    groupId: 1,
    nodeId: "pd1",
    role: () => "leader",
    leaderId: () => "pd1",
    term: () => 1,
    canRead: () => true,
    propose: async (command) => {
      const index = metadata.appliedIndex() + 1;
      return { state: "applied", index, result: metadata.apply(index, command) };
    },
    transferLeadership: () => false,
    peers: () => [],
    progress: () => ({
      votedFor: "pd1",
      lastIndex: metadata.appliedIndex(),
      committedIndex: metadata.appliedIndex(),
    }),
  };
}

async function ask(member: PdMember, path: string, init?: RequestInit): Promise<Answer> {
  const request = new Request(`http://127.0.0.1:2379${path}`, init);
  const response = await answer({ member, routes: ALL_ROUTES }, request);
  const contentType = response.headers.get("content-type");
  return { status: response.status, contentType, text: await response.text() };
}
