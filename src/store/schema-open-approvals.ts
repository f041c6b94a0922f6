// Panels ask again and again what a person is asked: however many have been answered, they are few.

export const SCHEMA_OPEN_APPROVALS =
  "CREATE INDEX approvals_open ON approvals (id) WHERE state IN ('pending', 'approved');";
