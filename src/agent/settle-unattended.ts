// Interrupted steps of tickets that nobody will open a session for: resolved, held, or a person's.
// They are settled by looking and no more, by an agent with nothing else to do. Looking needs no
// lease: of two who look the first one writes down what it saw.
import type { AgentOptions } from "./context.ts";
import { startDeadline } from "./deadline.ts";
import { tryOpen } from "./open-session.ts";
import { settleInterrupted } from "./settle.ts";

/** A ticket may be waiting meanwhile. */
const LOOK_MS_MAX = 3_000;
/** What could not be seen is not looked for again at once. */
const REST_MS = 30_000;

/** Called whenever there is nothing to claim. */
export function settlesUnattended(agent: AgentOptions): () => Promise<void> {
  const { queue, clock } = agent;
  let restsUntilMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (clock.elapsed() < restsUntilMs) return;
    const subjects = await queue.unattendedSubjects(agent.subject);
    let settled = 0;
    for (const name of subjects) settled += await settleOn(agent, name);
    if (subjects.length > 0 && settled === 0) restsUntilMs = clock.elapsed() + REST_MS;
  };
}

/** How many. A subject that cannot be opened now may be there later. */
async function settleOn(agent: AgentOptions, name: string): Promise<number> {
  const { clock, signal } = agent;
  using deadline = startDeadline({ clock, durationMs: LOOK_MS_MAX, signal });
  const opened = await tryOpen(agent.openSubject, name);
  if ("problem" in opened) return 0;
  // Awaited here, or the deadline would be over with this function.
  return await settleInterrupted({ agent, subject: opened.subject, signal: deadline.signal });
}
