// Every table, index and check, by migrations. A released migration is never edited; a change is a
// new one. Names are snake_case here and camelCase everywhere else; `rows.ts` converts.

/** Marks a file as ours: "oper" in ASCII, in SQLite's application_id. */
export const APPLICATION_ID = 0x6f706572;

// The checks repeat what the code promises, so that not even a hand-written UPDATE can leave a
// ticket half moved: it has a lease exactly while someone works on it, and a resolution exactly
// when it is resolved.
const TICKETS = `
CREATE TABLE tickets (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  fingerprint TEXT NOT NULL,
  subject TEXT NOT NULL,
  invariant TEXT NOT NULL,
  entity TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('critical', 'warning')),
  severity_rank INTEGER NOT NULL GENERATED ALWAYS AS (severity <> 'critical') VIRTUAL,
  state TEXT NOT NULL
    CHECK (state IN ('open', 'claimed', 'verifying', 'escalated', 'resolved')),
  resolution TEXT CHECK (resolution IN ('verified_fix', 'self_healed', 'manual')),
  reason TEXT NOT NULL,
  evidence TEXT NOT NULL CHECK (json_valid(evidence) AND json_type(evidence) = 'object'),
  occurrences INTEGER NOT NULL CHECK (occurrences > 0),
  settle_ms INTEGER NOT NULL CHECK (settle_ms >= 0),
  is_held INTEGER NOT NULL CHECK (is_held IN (0, 1)),
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  violated_since_ms INTEGER NOT NULL CHECK (violated_since_ms >= 0),
  opened_at_ms INTEGER NOT NULL CHECK (opened_at_ms >= 0),
  last_violated_at_ms INTEGER NOT NULL CHECK (last_violated_at_ms >= 0),
  updated_at_ms INTEGER NOT NULL CHECK (updated_at_ms >= 0),
  resolved_at_ms INTEGER CHECK (resolved_at_ms >= 0),
  claimable_at_ms INTEGER NOT NULL CHECK (claimable_at_ms >= 0),
  lease_agent_id TEXT,
  lease_expires_at_ms INTEGER CHECK (lease_expires_at_ms >= 0),
  session_id TEXT REFERENCES sessions (id) DEFERRABLE INITIALLY DEFERRED,
  verifying_since_ms INTEGER CHECK (verifying_since_ms >= 0),
  note TEXT,
  CHECK ((state IN ('claimed', 'verifying')) = (lease_agent_id IS NOT NULL)),
  CHECK ((lease_agent_id IS NULL) = (lease_expires_at_ms IS NULL)),
  CHECK (lease_agent_id IS NULL OR session_id IS NOT NULL),
  CHECK ((state = 'verifying') = (verifying_since_ms IS NOT NULL)),
  CHECK ((state = 'resolved') = (resolution IS NOT NULL)),
  CHECK ((state = 'resolved') = (resolved_at_ms IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX tickets_one_live ON tickets (fingerprint) WHERE state <> 'resolved';
CREATE INDEX tickets_claimable ON tickets (severity_rank, opened_at_ms, id)
  WHERE state = 'open' AND is_held = 0;
CREATE INDEX tickets_claimable_of_subject ON tickets (subject, severity_rank, opened_at_ms, id)
  WHERE state = 'open' AND is_held = 0;
CREATE INDEX tickets_leased ON tickets (lease_expires_at_ms)
  WHERE lease_expires_at_ms IS NOT NULL;
CREATE UNIQUE INDEX tickets_by_session ON tickets (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX tickets_by_state ON tickets (state);
CREATE INDEX tickets_by_subject ON tickets (subject, state);
`;

const SESSIONS = `
CREATE TABLE sessions (
  id TEXT PRIMARY KEY CHECK (length(id) > 0),
  ticket_id INTEGER NOT NULL REFERENCES tickets (id),
  agent_id TEXT NOT NULL,
  model TEXT NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('observe', 'approve', 'execute')),
  started_at_ms INTEGER NOT NULL CHECK (started_at_ms >= 0),
  ended_at_ms INTEGER CHECK (ended_at_ms >= 0),
  stop_reason TEXT CHECK (stop_reason IN ('concluded', 'gave_up', 'turn_limit', 'token_limit',
    'cost_limit', 'time_limit', 'repetition', 'lease_lost', 'aborted', 'model_error')),
  stop_detail TEXT,
  conclusion TEXT CHECK (json_valid(conclusion) AND json_type(conclusion) = 'object'),
  turns INTEGER NOT NULL DEFAULT 0 CHECK (turns >= 0),
  input_tokens INTEGER NOT NULL DEFAULT 0 CHECK (input_tokens >= 0),
  output_tokens INTEGER NOT NULL DEFAULT 0 CHECK (output_tokens >= 0),
  cache_read_tokens INTEGER NOT NULL DEFAULT 0 CHECK (cache_read_tokens >= 0),
  cache_write_tokens INTEGER NOT NULL DEFAULT 0 CHECK (cache_write_tokens >= 0),
  cost_usd REAL NOT NULL DEFAULT 0 CHECK (cost_usd >= 0),
  changes INTEGER NOT NULL DEFAULT 0 CHECK (changes >= 0),
  CHECK ((ended_at_ms IS NULL) = (stop_reason IS NULL)),
  CHECK ((stop_reason IS NULL) = (stop_detail IS NULL))
) STRICT;

CREATE INDEX sessions_by_ticket ON sessions (ticket_id);
CREATE UNIQUE INDEX sessions_one_running ON sessions (ticket_id) WHERE ended_at_ms IS NULL;
`;

const AUDIT = `
CREATE TABLE audit_events (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  at_ms INTEGER NOT NULL CHECK (at_ms >= 0),
  type TEXT NOT NULL,
  ticket_id INTEGER REFERENCES tickets (id),
  session_id TEXT REFERENCES sessions (id),
  content TEXT NOT NULL CHECK (json_valid(content) AND json_type(content) = 'object'),
  previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
  hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;

CREATE INDEX audit_events_by_session ON audit_events (session_id, id)
  WHERE session_id IS NOT NULL;
CREATE INDEX audit_events_by_ticket ON audit_events (ticket_id, id) WHERE ticket_id IS NOT NULL;

CREATE TABLE audit_head (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  event_id INTEGER NOT NULL CHECK (event_id >= 0),
  hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;
INSERT INTO audit_head VALUES (1, 0, '${"0".repeat(64)}');
`;

const STEPS = `
CREATE TABLE journal (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  session_id TEXT NOT NULL REFERENCES sessions (id),
  ticket_id INTEGER NOT NULL REFERENCES tickets (id),
  kind TEXT NOT NULL CHECK (kind IN ('shell', 'act')),
  operation TEXT NOT NULL CHECK (json_valid(operation) AND json_type(operation) = 'object'),
  targets TEXT NOT NULL CHECK (json_valid(targets) AND json_type(targets) = 'array'),
  state TEXT NOT NULL CHECK (state IN ('intended', 'done', 'failed')),
  result TEXT,
  started_at_ms INTEGER NOT NULL CHECK (started_at_ms >= 0),
  ended_at_ms INTEGER CHECK (ended_at_ms >= 0),
  CHECK ((state = 'intended') = (ended_at_ms IS NULL)),
  CHECK ((state = 'intended') = (result IS NULL))
) STRICT;

CREATE INDEX journal_by_session ON journal (session_id);

CREATE TABLE approvals (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  session_id TEXT NOT NULL REFERENCES sessions (id),
  ticket_id INTEGER NOT NULL REFERENCES tickets (id),
  operation TEXT NOT NULL CHECK (json_valid(operation) AND json_type(operation) = 'object'),
  reason TEXT NOT NULL,
  operation_hash TEXT NOT NULL CHECK (length(operation_hash) = 64),
  state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'used')),
  requested_at_ms INTEGER NOT NULL CHECK (requested_at_ms >= 0),
  expires_at_ms INTEGER NOT NULL CHECK (expires_at_ms >= requested_at_ms),
  decided_at_ms INTEGER CHECK (decided_at_ms >= 0),
  CHECK ((state = 'pending') = (decided_at_ms IS NULL))
) STRICT;

CREATE INDEX approvals_by_session ON approvals (session_id);
`;

export const SCHEMA_1 = [TICKETS, SESSIONS, AUDIT, STEPS].join("\n");

/** Filled for the rows that are there by `sealEverything`. */
export const SCHEMA_2 = ["tickets", "sessions", "journal", "approvals"]
  .map((table) => `ALTER TABLE ${table} ADD COLUMN seal TEXT NOT NULL DEFAULT '';`)
  .join("\n");
