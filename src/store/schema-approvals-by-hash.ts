// The migration by which the same operation is found whatever the ticket that it was asked for.

export const SCHEMA_APPROVALS_BY_HASH = `
DROP INDEX approvals_by_operation;
CREATE INDEX approvals_by_hash ON approvals (operation_hash);
`;
