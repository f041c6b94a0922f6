// What --json prints of tickets, sessions and audit events: one line, keys in snake_case.
import type { AuditEvent } from "../domain/audit.ts";
import { plainJson } from "../panels/plain-text.ts";
import type { CommandContext } from "./context.ts";
import { isFlagSet } from "./flags.ts";

/** Data of subjects and models, and what the audit has hashed: its keys are not ours to change. */
const FREE_DATA = ["evidence", "content", "operation", "input"];

/** Prints the value with --json, else the lines. */
export function printEither(
  { flags, print }: CommandContext,
  { json, lines }: { readonly json: unknown; readonly lines: () => readonly string[] },
): void {
  if (isFlagSet(flags, "json")) print(jsonLine(json));
  else for (const line of lines()) print(line);
}

export interface LongRecord {
  /** Its other members: at least one. */
  readonly head: object;
  /** Taken as they are printed, so that a hundred thousand need no more memory than a few. */
  readonly events: AsyncIterable<AuditEvent>;
}

/** One object, whose last member is `events`. */
export async function printLongRecord(
  { print, printPart }: Pick<CommandContext, "print" | "printPart">,
  { head, events }: LongRecord,
): Promise<void> {
  printPart(`${jsonLine(head).slice(0, -1)},"events":[`);
  let separator = "";
  for await (const event of events) {
    printPart(`${separator}${jsonLine(event)}`);
    separator = ",";
  }
  print("]}");
}

/** Without a line end; keys in snake_case. */
export function jsonLine(value: unknown): string {
  return plainJson(snakeKeys(value));
}

export function snakeKeys(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(snakeKeys);
  const members = Object.entries(value).map(([key, member]) => {
    const isFree = FREE_DATA.includes(key);
    return [snakeCase(key), isFree ? member : snakeKeys(member)];
  });
  return Object.fromEntries(members);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
