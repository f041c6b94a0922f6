// One PD member as a process: a Raft host for the metadata, PD's HTTP API, and three loops.
import { mkdirSync } from "node:fs";
import type { MemberOptions } from "../../../../src/domain/subject.ts";
import { endWithDisk } from "../disk-failure.ts";
import { createLog, type Log } from "../log.ts";
import { RaftHost } from "../raft/host.ts";
import { ALL_ROUTES } from "./api/all-routes.ts";
import { PD_VERSION } from "./api/members.ts";
import { tickMemberHealth } from "./health.ts";
import { answer } from "./http/answer.ts";
import { listen } from "./http/listen.ts";
import { moveEtcdLeader, othersOf, resign, tickLeadership } from "./leadership.ts";
import type { PdMember } from "./member.ts";
import { MetadataReplica } from "./metadata/replica.ts";
import { tickScheduling } from "./schedule/tick.ts";
import { databaseFile, type PdSettings, settingsOf } from "./settings.ts";

const METADATA_GROUP = 1;
/** Enough for the message that hands leadership over to leave. */
const HAND_OVER_MS = 100;

/** Until the signal aborts, then 0; 1 when its disk cannot be written. Rejects on a taken port. */
export function runPdStandIn(options: MemberOptions): Promise<number> {
  const log = createLog(options.clock, options.log);
  return endWithDisk(log, () => runPd(options, log));
}

async function runPd(options: MemberOptions, log: Log): Promise<number> {
  const settings = settingsOf(options);
  mkdirSync(settings.dataDir, { recursive: true });
  using host = openHost(options, settings);
  const member = createMember({ options, settings, host, log });
  using _peers = servePeers(member, host);
  using _clients = serveClients(member);
  member.log.info("Welcome to Placement Driver (PD)", { "release-version": PD_VERSION });
  const { leaderTickMs, scheduleTickMs, checkStoresMs } = settings.timings;
  const loops = Promise.all([
    repeat(member, { everyMs: leaderTickMs, tick: tickLeadership }),
    repeat(member, { everyMs: scheduleTickMs, tick: tickScheduling }),
    repeat(member, { everyMs: Math.max(1_000, checkStoresMs), tick: tickMemberHealth }),
  ]);
  await Promise.race([loops, host.failed]);
  await handOver(member);
  member.log.info("close server");
  return 0;
}

function openHost(options: MemberOptions, settings: PdSettings): RaftHost {
  return new RaftHost({
    databaseFile: databaseFile(settings),
    nodeId: settings.self.name,
    urlOf: (name) => settings.members.find((plan) => plan.name === name)?.peerUrl,
    timings: settings.timings.raft,
    clock: options.clock,
    random: options.random,
  });
}

interface MemberParts {
  readonly options: MemberOptions;
  readonly settings: PdSettings;
  readonly host: RaftHost;
  readonly log: Log;
}

function createMember({ options, settings, host, log }: MemberParts): PdMember {
  const metadata = new MetadataReplica(host.database);
  const startedAtMs = options.clock.now();
  return {
    settings,
    metadata,
    raft: host.addGroup({
      groupId: METADATA_GROUP,
      peers: settings.members.map((plan) => plan.name),
      stateMachine: metadata,
    }),
    clock: options.clock,
    random: options.random,
    log,
    signal: options.signal,
    startedAtMs,
    failpoints: new Set(),
    lease: { text: undefined, changedAtMs: startedAtMs },
    etcd: { leaderId: undefined, changedAtMs: startedAtMs, changes: 0 },
    office: undefined,
  };
}

/** Raft messages of the other members. */
function servePeers(member: PdMember, host: RaftHost): Disposable {
  return listen({
    name: member.settings.self.name,
    host: member.settings.listenOn,
    port: member.settings.self.ports.peer,
    log: member.log,
    answer: async (request) => new Response(host.handleHttp(await request.text())),
  });
}

function serveClients(member: PdMember): Disposable {
  return listen({
    name: member.settings.self.name,
    host: member.settings.listenOn,
    port: member.settings.self.ports.client,
    log: member.log,
    answer: (request) => answer({ member, routes: ALL_ROUTES }, request),
  });
}

interface Loop {
  readonly everyMs: number;
  readonly tick: (member: PdMember) => Promise<void>;
}

/** Ticks never overlap: each is followed by the rest of its interval. Ends with the signal. */
async function repeat(member: PdMember, { everyMs, tick }: Loop): Promise<void> {
  const { clock, signal } = member;
  while (!signal.aborted) {
    const startedAtMs = clock.now();
    await tick(member);
    await clock.sleep(Math.max(1, startedAtMs + everyMs - clock.now()), signal);
  }
}

/** Gives both leaderships away, so that the others need not wait for timeouts. */
async function handOver(member: PdMember): Promise<void> {
  await resign(member, "server is closing");
  if (moveEtcdLeader(member, othersOf(member))) await member.clock.sleep(HAND_OVER_MS);
}
