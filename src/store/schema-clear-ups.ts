// The migration by which what dead sessions left in a subject is looked after: how often that may
// still be tried for a ticket that a person has, and which sessions are for it. NULL, as in all old
// rows, is a ticket of which nothing is left, and a session that repairs.

export const SCHEMA_CLEAR_UPS = `
ALTER TABLE tickets ADD COLUMN clear_ups_left INTEGER CHECK (clear_ups_left >= 0);
ALTER TABLE sessions ADD COLUMN purpose TEXT CHECK (purpose IN ('clear_up'));

CREATE INDEX tickets_to_clear_up ON tickets (opened_at_ms, id)
  WHERE state = 'escalated' AND is_held = 0 AND clear_ups_left > 0;
`;
