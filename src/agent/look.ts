// A fresh observation of the session's subject, for whoever acts on what it shows.
import type { Observation } from "../domain/observation.ts";
import type { Subject } from "../domain/subject.ts";
import type { SessionContext } from "./context.ts";
import { orAbandon } from "./or-abandon.ts";

/** A member that is paused costs the whole of it in every look. */
const PROBE_DEADLINE_MS = 1_000;
/** Between looks of who waits for something to be seen. */
export const LOOK_POLL_MS = 300;
/** For a look that was told to stop; signals are obeyed within 5 s. */
const GRACE_MS = 2_000;

/** Undefined when the session was interrupted and the look did not end. */
export function lookAt(
  subject: Subject,
  { agent, signal }: Pick<SessionContext, "agent" | "signal">,
): Promise<Observation | undefined> {
  const looking = subject.observe({ probeDeadlineMs: PROBE_DEADLINE_MS, signal });
  return orAbandon(looking, { signal, clock: agent.clock, graceMs: GRACE_MS });
}

/** Acting on what nobody could see is acting blindly. */
export function canSee({ members }: Observation): boolean {
  return members.some(({ health }) => health !== "unknown");
}
