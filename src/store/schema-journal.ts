// The migration by which steps know their way back: what was checked, what they do, what undoes
// them, what became of the interrupted ones. The table is made anew: no CHECK can be altered.

/** All that is new stands last and is NULL in old rows, so that their seals stay as they are. */
export const SCHEMA_JOURNAL = `
CREATE TABLE journal_next (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  session_id TEXT NOT NULL REFERENCES sessions (id),
  ticket_id INTEGER NOT NULL REFERENCES tickets (id),
  kind TEXT NOT NULL CHECK (kind IN ('shell', 'act')),
  operation TEXT NOT NULL CHECK (json_valid(operation) AND json_type(operation) = 'object'),
  targets TEXT NOT NULL CHECK (json_valid(targets) AND json_type(targets) = 'array'),
  state TEXT NOT NULL CHECK (state IN ('intended', 'done', 'failed', 'took_effect',
    'had_no_effect', 'unknown', 'undone')),
  result TEXT,
  started_at_ms INTEGER NOT NULL CHECK (started_at_ms >= 0),
  ended_at_ms INTEGER CHECK (ended_at_ms >= 0),
  seal TEXT NOT NULL DEFAULT '',
  precondition TEXT CHECK (json_valid(precondition) AND json_type(precondition) = 'object'),
  effects TEXT CHECK (json_valid(effects) AND json_type(effects) = 'array'),
  undo TEXT CHECK (json_valid(undo) AND json_type(undo) = 'object'),
  approval_id INTEGER CHECK (approval_id > 0),
  undoes INTEGER CHECK (undoes < id) REFERENCES journal (id),
  has_changed INTEGER CHECK (has_changed IN (0, 1)),
  CHECK ((state = 'intended') = (ended_at_ms IS NULL)),
  CHECK ((state = 'intended') = (result IS NULL)),
  CHECK (state <> 'intended' OR has_changed IS NULL)
) STRICT;

INSERT INTO journal_next (id, session_id, ticket_id, kind, operation, targets, state, result,
    started_at_ms, ended_at_ms, seal)
  SELECT id, session_id, ticket_id, kind, operation, targets, state, result,
    started_at_ms, ended_at_ms, seal FROM journal;
DROP TABLE journal;
ALTER TABLE journal_next RENAME TO journal;

CREATE INDEX journal_by_session ON journal (session_id);
CREATE INDEX journal_intended ON journal (id) WHERE state = 'intended';
CREATE UNIQUE INDEX journal_undone_once ON journal (undoes)
  WHERE undoes IS NOT NULL AND state IN ('intended', 'done', 'took_effect');
`;
