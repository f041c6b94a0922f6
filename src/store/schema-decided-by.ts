// The migration by which an approval knows who has given the word on it. NULL in old rows, so that
// their seals stay as they are.

export const SCHEMA_DECIDED_BY = `ALTER TABLE approvals ADD COLUMN decided_by TEXT
  CHECK (json_valid(decided_by) AND json_type(decided_by) = 'object');`;
