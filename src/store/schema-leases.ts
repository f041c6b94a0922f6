// How long a lease was given for: what a wall clock that was set back has stamped far ahead is told
// by it, and cut.

export const SCHEMA_LEASES =
  "ALTER TABLE tickets ADD COLUMN lease_ms INTEGER CHECK (lease_ms > 0);";
