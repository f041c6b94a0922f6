// The durable part of a Raft group: term, vote, log. In SQLite with WAL and synchronous=NORMAL, so
// it survives SIGKILL of every process at once, which is what the stand-in promises; a power cut
// may lose the last commits.
import type { Database } from "bun:sqlite";
import { z } from "zod";
import type { RaftLog } from "./log.ts";
import type { LogEntry, LogPosition } from "./message.ts";

export interface HardState {
  readonly term: number;
  readonly votedFor: string | undefined;
}

/** Called within the caller's transaction, which also holds the state machine's changes. */
export interface RaftStorage {
  load(): { readonly hardState: HardState; readonly log: RaftLog };
  saveHardState(hardState: HardState): void;
  /** Replaces everything from the first entry's index on. */
  append(entries: readonly LogEntry[]): void;
  /** Drops entries up to and with `base`. */
  compact(base: LogPosition): void;
  /** Drops all entries: a snapshot ending at `base` took their place. */
  reset(base: LogPosition): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS raft_groups (
    group_id INTEGER PRIMARY KEY,
    term INTEGER NOT NULL,
    voted_for TEXT,
    base_index INTEGER NOT NULL,
    base_term INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS raft_log (
    group_id INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    term INTEGER NOT NULL,
    command TEXT,
    PRIMARY KEY (group_id, log_index)
  ) STRICT, WITHOUT ROWID;
`;

const groupRow = z.object({
  term: z.number(),
  voted_for: z.string().nullable(),
  base_index: z.number(),
  base_term: z.number(),
});

const entryRows = z.array(
  z.object({ index: z.number(), term: z.number(), command: z.string().nullable() }),
);

export function prepareRaftTables(database: Database): void {
  database.run("PRAGMA journal_mode = WAL");
  database.run("PRAGMA synchronous = NORMAL");
  database.run("PRAGMA busy_timeout = 5000");
  database.run(SCHEMA);
}

/** Needs `prepareRaftTables` before. */
export function openRaftStorage(database: Database, groupId: number): RaftStorage {
  const setGroup = database.query(
    "UPDATE raft_groups SET term = ?, voted_for = ? WHERE group_id = ?",
  );
  const setBase = database.query(
    "UPDATE raft_groups SET base_index = ?, base_term = ? WHERE group_id = ?",
  );
  const dropFrom = database.query("DELETE FROM raft_log WHERE group_id = ? AND log_index >= ?");
  const dropTo = database.query("DELETE FROM raft_log WHERE group_id = ? AND log_index <= ?");
  const insert = database.query("INSERT INTO raft_log VALUES (?, ?, ?, ?)");
  return {
    load: () => loadGroup(database, groupId),
    saveHardState: ({ term, votedFor }) => {
      setGroup.run(term, votedFor ?? null, groupId);
    },
    append: (entries) => {
      const [first] = entries;
      if (first !== undefined) dropFrom.run(groupId, first.index);
      for (const { index, term, command } of entries) insert.run(groupId, index, term, command);
    },
    compact: (base) => {
      dropTo.run(groupId, base.index);
      setBase.run(base.index, base.term, groupId);
    },
    reset: (base) => {
      dropFrom.run(groupId, 0);
      setBase.run(base.index, base.term, groupId);
    },
  };
}

function loadGroup(database: Database, groupId: number): ReturnType<RaftStorage["load"]> {
  database.query("INSERT OR IGNORE INTO raft_groups VALUES (?, 0, NULL, 0, 0)").run(groupId);
  const group = groupRow.parse(
    database.query("SELECT * FROM raft_groups WHERE group_id = ?").get(groupId),
  );
  const entries = database
    .query(
      `SELECT log_index AS "index", term, command FROM raft_log
       WHERE group_id = ? ORDER BY log_index`,
    )
    .all(groupId);
  return {
    hardState: { term: group.term, votedFor: group.voted_for ?? undefined },
    log: {
      base: { index: group.base_index, term: group.base_term },
      entries: entryRows.parse(entries),
    },
  };
}
