// The audit event that a tool's result names at its end.

const AUDIT_EVENT = /\(audit event (?<id>\d+)\)\s*$/;

export function eventIn(resultText: string): number | undefined {
  const id = AUDIT_EVENT.exec(resultText)?.groups?.id;
  return id === undefined ? undefined : Number(id);
}
