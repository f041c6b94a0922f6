// The members of a subject as a person reads them, and as a program does.
import type { JsonObject } from "../domain/json.ts";
import type { MemberStatus } from "../domain/runtime.ts";
import type { Topology } from "../domain/subject.ts";

const HEADINGS = ["MEMBER", "ROLE", "STATE", "PID", "PORTS", "PROGRAM"];

/** A line on the whole, then a table. */
export function memberTable(topology: Topology, members: readonly MemberStatus[]): string[] {
  const running = members.filter(({ state }) => state === "running").length;
  // Only stand-ins have timers that are scaled.
  const isScaled = topology.timeScale !== 1 && topology.members.every((one) => one.isStandIn);
  const scale = isScaled ? `, timers divided by ${topology.timeScale}` : "";
  const where = topology.docker ? `, containers of ${topology.docker.project}` : "";
  const title = `${topology.subject}: ${running} of ${members.length} members running`;
  const table = alignColumns([HEADINGS, ...members.map(cellsOf)]);
  return [`${title}${where}${scale}`, ...table, ...members.flatMap(disturbanceLines)];
}

/** One member in one line: "tikv1 is running, process 4711". */
export function memberLine({ name, state, pid, lastExit }: MemberStatus): string {
  if (pid !== null) return `${name} is ${state}, process ${pid}`;
  return lastExit === null ? `${name} is ${state}` : `${name} is ${state} (${lastExit})`;
}

export function jsonOfMember(member: MemberStatus): JsonObject {
  const { name, role, state, isStandIn, pid, startedAtMs, ports, lastExit } = member;
  const process = { pid, started_at_ms: startedAtMs, last_exit: lastExit };
  const disturbances = member.disturbances?.map(({ type, text }) => ({ type, text }));
  return { name, role, state, is_stand_in: isStandIn, ports, ...process, disturbances };
}

/** Without a topology the subject is not up. */
export function jsonOfStatus(status: {
  readonly subject: string;
  readonly topology: Topology | undefined;
  readonly members: readonly MemberStatus[];
}): JsonObject {
  const { subject, topology, members } = status;
  const timeScale = topology?.timeScale ?? null;
  const isUp = topology !== undefined;
  return { subject, is_up: isUp, time_scale: timeScale, members: members.map(jsonOfMember) };
}

function cellsOf({ name, role, state, pid, ports, isStandIn, lastExit }: MemberStatus): string[] {
  const portList = Object.entries(ports).map(([port, number]) => `${port} ${number}`);
  const stateText = lastExit === null ? state : `${state} (${lastExit})`;
  const program = isStandIn ? "stand-in" : "real";
  return [name, role, stateText, pid === null ? "-" : String(pid), portList.join(", "), program];
}

function disturbanceLines({ name, disturbances = [] }: MemberStatus): readonly string[] {
  return disturbances.map(({ text }) => `${name} is disturbed from outside: ${text}`);
}

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADINGS.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
