// Which subject a watch looks at when nobody named one: the one that is there, or has the tickets.
import { SUBJECT_NAMES } from "../../subjects/index.ts";
import type { CommandContext } from "./context.ts";
import { textFlag, usage } from "./flags.ts";
import { findSubject, unasked } from "./open-subject.ts";
import { openExistingStore } from "./tickets-store.ts";

const TICKETS_MAX = 200;

/** Rejects with code "usage" when there is not exactly one. */
export async function subjectToWatch(context: CommandContext): Promise<string> {
  const named = textFlag(context.flags, "subject");
  if (named !== undefined) return named;
  const found = onlyOne(await subjectsThere(context)) ?? onlyOne(await subjectsOfTickets(context));
  if (found !== undefined) return found;
  throw usage(`watch needs --subject: one of ${SUBJECT_NAMES.join(", ")}`);
}

function onlyOne(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}

async function subjectsThere(context: CommandContext): Promise<readonly string[]> {
  const find = (name: string) => findSubject(context, name, unasked);
  const opened = await Promise.all(SUBJECT_NAMES.map(find));
  return SUBJECT_NAMES.filter((_, index) => opened[index] !== undefined);
}

async function subjectsOfTickets(context: CommandContext): Promise<readonly string[]> {
  using store = await openExistingStore(context, { isReading: true });
  const tickets = await store.listTickets({ limit: TICKETS_MAX });
  return [...new Set(tickets.map(({ subject }) => subject))];
}
