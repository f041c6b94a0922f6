// The migration by which approvals are bound to a state, are sent back with words, and outlive
// their session. The table is made anew, for no CHECK can be altered.

/** All that is new stands last and is NULL in old rows, so that their seals stay as they are. */
export const SCHEMA_APPROVALS = `
CREATE TABLE approvals_next (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  session_id TEXT NOT NULL REFERENCES sessions (id),
  ticket_id INTEGER NOT NULL REFERENCES tickets (id),
  operation TEXT NOT NULL CHECK (json_valid(operation) AND json_type(operation) = 'object'),
  reason TEXT NOT NULL,
  operation_hash TEXT NOT NULL CHECK (length(operation_hash) = 64),
  state TEXT NOT NULL
    CHECK (state IN ('pending', 'approved', 'denied', 'revised', 'used', 'void')),
  requested_at_ms INTEGER NOT NULL CHECK (requested_at_ms >= 0),
  expires_at_ms INTEGER NOT NULL CHECK (expires_at_ms >= requested_at_ms),
  decided_at_ms INTEGER CHECK (decided_at_ms >= 0),
  seal TEXT NOT NULL DEFAULT '',
  holder_id TEXT REFERENCES sessions (id),
  effects TEXT CHECK (json_valid(effects) AND json_type(effects) = 'array'),
  undo TEXT,
  seen TEXT CHECK (json_valid(seen) AND json_type(seen) = 'object'),
  state_hash TEXT CHECK (length(state_hash) = 64),
  note TEXT,
  CHECK (state <> 'pending' OR decided_at_ms IS NULL),
  CHECK (state IN ('pending', 'void') OR decided_at_ms IS NOT NULL),
  CHECK ((seen IS NULL) = (state_hash IS NULL))
) STRICT;
INSERT INTO approvals_next (id, session_id, ticket_id, operation, reason, operation_hash, state,
  requested_at_ms, expires_at_ms, decided_at_ms, seal)
SELECT id, session_id, ticket_id, operation, reason, operation_hash, state,
  requested_at_ms, expires_at_ms, decided_at_ms, seal
FROM approvals;
DROP TABLE approvals;
ALTER TABLE approvals_next RENAME TO approvals;
CREATE INDEX approvals_by_session ON approvals (session_id);
CREATE INDEX approvals_by_operation ON approvals (ticket_id, operation_hash);
`;
