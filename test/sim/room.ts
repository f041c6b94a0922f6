// The world of one run and its file: in memory where the machine has a file system for that.
import { Database } from "bun:sqlite";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { replaySession } from "../../src/replay/replay.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { Cluster } from "./cluster.ts";
import type { Dice } from "./dice.ts";
import { Looks } from "./looks.ts";
import { Safety } from "./safety.ts";
import { SECRET } from "./secret.ts";
import { Timeline } from "./timeline.ts";
import { createTrace } from "./trace.ts";
import type { Weather, World } from "./world.ts";

export interface Room extends Disposable {
  readonly world: World;
  readonly path: string;
  tickets(): readonly TicketEnd[];
  marks(): readonly Mark[];
  /** How often each kind of thing happened, as the audit tells it. */
  happenings(): Readonly<Record<string, number>>;
  /** As another program would; the result lets go of it. */
  lockStore(): () => void;
  /** The audit, whether a secret has been written down, and each session by its record alone. */
  checkRecords(): Promise<void>;
}

export interface TicketEnd {
  readonly id: number;
  readonly state: string;
  readonly resolution: string | null;
  readonly invariant: string;
  readonly entity: string;
  readonly note: string | null;
  readonly is_held: number;
  readonly clear_ups_left: number | null;
}

/** A step that marked a member, or may have, and was not taken back. */
export interface Mark {
  readonly id: number;
  readonly member: string;
  readonly state: string;
  /** Of its ticket. */
  readonly ticket_id: number;
  readonly ticket_state: string;
  /** Why it was not taken back, as was said last. */
  readonly kept: string | null;
}

const MARKS = `
  SELECT journal.id, operation ->> 'target' AS member, journal.state, ticket_id,
    tickets.state AS ticket_state,
    (SELECT content ->> 'reason' FROM audit_events WHERE type = 'step_kept'
      AND content ->> 'entryId' = journal.id ORDER BY id DESC LIMIT 1) AS kept
  FROM journal JOIN tickets ON tickets.id = ticket_id
  WHERE operation ->> 'action' = 'mark_member' AND has_changed IS NOT 0
    AND journal.state <> 'undone'`;

/** Any moment will do, but the same one each time. */
const BEGINNING_MS = Date.UTC(2031, 4, 1, 12);

/** More than a run has. */
const SESSIONS_MAX = 1_000;

const HAPPENINGS = `
  SELECT kind, count(*) AS times FROM (
    SELECT type AS kind FROM audit_events
    UNION ALL SELECT 'guard: ' || (content ->> 'rule') FROM audit_events
      WHERE type = 'guard_decided'
    UNION ALL SELECT 'end: ' || stop_reason FROM sessions WHERE stop_reason IS NOT NULL
    UNION ALL SELECT 'ticket: ' || coalesce(resolution, state) FROM tickets
    UNION ALL SELECT 'step: ' || state FROM journal
    UNION ALL SELECT 'approval: ' || state FROM approvals
    UNION ALL SELECT 'session: ' || coalesce(purpose, 'repair') FROM sessions
    UNION ALL SELECT 'undone by: ' || coalesce(purpose, 'repair') FROM audit_events
      JOIN sessions ON sessions.id = session_id WHERE type = 'step_undone'
  ) GROUP BY kind ORDER BY kind`;

export function openRoom({
  dice,
  keepsAll,
}: {
  readonly dice: Dice;
  readonly keepsAll: boolean;
}): Room {
  const folder = mkdtempSync(join(inMemoryFolder(), "operator-sim-"));
  const path = join(folder, "tickets.db");
  const timeline = new Timeline();
  const weather: Weather = {
    ...{
      blind: new Set(),
      store: "fine",
      deathAfterCall: 0,
      mishap: 0.05,
      hang: 0.03,
      wallAheadMs: 0,
    },
  };
  const wallMs = () => BEGINNING_MS + timeline.nowMs + weather.wallAheadMs;
  const store = TicketOpsDB.open({
    path,
    clock: { now: wallMs, elapsed: () => timeline.nowMs, sleep: async () => {} },
  });
  const reader = new Database(path, { strict: true });
  const world = buildWorld({ path, dice, keepsAll, timeline, wallMs, weather });
  return {
    ...{ world, path },
    tickets: () => reader.query<TicketEnd, []>("SELECT * FROM tickets ORDER BY id").all(),
    marks: () => reader.query<Mark, []>(MARKS).all(),
    happenings: () =>
      Object.fromEntries(
        reader
          .query<{ kind: string; times: number }, []>(HAPPENINGS)
          .all()
          .map(({ kind, times }) => [kind, times]),
      ),
    lockStore() {
      if (reader.inTransaction) return () => {};
      reader.run("BEGIN IMMEDIATE");
      return () => {
        if (reader.inTransaction) reader.run("ROLLBACK");
      };
    },
    async checkRecords() {
      // What is in the file is not read a second time from its log.
      reader.run("PRAGMA wal_checkpoint(TRUNCATE)");
      const audit = await store.verifyAudit();
      if (audit.state === "broken") world.safety.fail("audit", `${audit.row}: ${audit.reason}`);
      await replaySessions(store, world.safety);
      for (const file of [path, `${path}-wal`]) {
        const isThere = existsSync(file) && readFileSync(file).includes(SECRET);
        if (isThere) world.safety.fail("secrets", "one was written to the database");
      }
    },
    [Symbol.dispose]() {
      world.safety[Symbol.dispose]();
      reader.close();
      store[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** From their records alone; those whose agents died, as far as these go. */
async function replaySessions(store: TicketOpsDB, safety: Safety): Promise<void> {
  for (const { session } of await store.listSessions({ limit: SESSIONS_MAX })) {
    const replay = await replaySession(await store.eventsOf({ sessionId: session.id }));
    if (replay.state === "different") {
      safety.fail("replay", `${session.id}, ${replay.where}: ${replay.diff.join(" ")}`);
    }
  }
}

interface Parts {
  readonly path: string;
  readonly dice: Dice;
  readonly keepsAll: boolean;
  readonly timeline: Timeline;
  readonly wallMs: () => number;
  readonly weather: Weather;
}

function buildWorld({ path, dice, keepsAll, timeline, wallMs, weather }: Parts): World {
  const nowMs = () => timeline.nowMs;
  const cluster = new Cluster(nowMs);
  const looks = new Looks();
  const trace = createTrace({ keepsAll, nowMs });
  const safety = new Safety({
    ...{ path, cluster, looks, nowMs, wallMs },
    onFailure: ({ rule, message }) => {
      trace.add(`FAILURE ${rule}: ${message}`);
      timeline.end();
    },
  });
  return {
    ...{ timeline, dice, wallMs, cluster, trace, looks, safety },
    weather,
    afterDeed: { listener: () => {} },
  };
}

/** Linux has one; elsewhere a disk will do. */
function inMemoryFolder(): string {
  return existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}
