// Whether one operation may be done: the guard is asked, and a person where the guard says so.
import { askPerson, type Passage } from "./ask-person.ts";
import { consultGuard, type Operation } from "./consult-guard.ts";
import type { SessionContext } from "./context.ts";

export async function passGuard(context: SessionContext, asked: Operation): Promise<Passage> {
  const judged = await consultGuard(context, asked);
  const { decision, reason } = judged;
  if (decision === "ask") return askPerson(context, { asked, judged });
  return { isAllowed: decision === "allow", reason, hasWaited: false };
}
