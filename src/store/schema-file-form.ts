// The migration by which a file says whether it is as SQLite would write it anew, and how often its
// schema was counted when it was. No row of ours: it is about the bytes, and no event tells of it.

export const SCHEMA_FILE_FORM = `
CREATE TABLE file_form (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  form TEXT NOT NULL CHECK (form IN ('in_use', 'rewriting', 'at_rest')),
  schema_version INTEGER CHECK (schema_version > 0)
) STRICT;
INSERT INTO file_form VALUES (1, 'in_use', NULL);
`;
