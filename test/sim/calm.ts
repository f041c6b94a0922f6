// After the trouble: within bounded time every ticket is resolved, or escalated for a reason that
// it names, and what dead agents left is looked after; what was escalated is done when a person
// sends it back; and the toy is well.
import { GROUPS, MEMBERS, TRUTHS } from "./cluster.ts";
import type { Person } from "./people.ts";
import { GOOD_AGENT, STEADY_MONITOR } from "./plans.ts";
import type { Processes } from "./processes.ts";
import type { Room, TicketEnd } from "./room.ts";
import type { World } from "./world.ts";

export interface Calm {
  readonly processes: Processes;
  readonly person: Person;
  readonly tickets: Room["tickets"];
  readonly marks: Room["marks"];
}

const LOOK_EVERY_MS = 1_000;
/** What is violated has a ticket by then. */
const NOTICED_MS = 5_000;
/** Leases, backoffs and sessions, one after the other, of a dozen tickets. */
const BOUND_MS = 400_000;

/** Of a member that was brought back something else is seen then, which has a ticket of its own. */
const SENT_BACK_MAX = 2;

export async function comeToAGoodEnd(world: World, calm: Calm): Promise<void> {
  const { processes, person } = calm;
  processes.start(STEADY_MONITOR);
  processes.start(GOOD_AGENT);
  await untilNobodyWorks(world, calm, person.letGo());
  checkMarks(world, calm);
  for (let times = 0; times < SENT_BACK_MAX; times += 1) {
    world.trace.add("a person sends back what was escalated");
    await untilNobodyWorks(world, calm, person.sendBack());
    if (unnamed(calm.tickets()).length === 0) break;
  }
  if (!world.safety.failure) checkEnd(world, calm);
}

async function untilNobodyWorks(
  { timeline, safety }: World,
  { tickets, marks }: Calm,
  before: Promise<void>,
): Promise<void> {
  before.catch((error: unknown) => safety.fail("crash", `a person met: ${String(error)}`));
  const startedAtMs = timeline.nowMs;
  const isInWork = ({ state, clear_ups_left }: TicketEnd) =>
    !["resolved", "escalated"].includes(state) ||
    (state === "escalated" && (clear_ups_left ?? 0) > 0);
  const isOver = () =>
    !tickets().some(isInWork) && marks().every(({ state }) => state !== "intended");
  while (!safety.failure) {
    await timeline.runUntil(timeline.nowMs + LOOK_EVERY_MS);
    const tookMs = timeline.nowMs - startedAtMs;
    if (tookMs >= NOTICED_MS && isOver()) return;
    if (tookMs < BOUND_MS) continue;
    const open = marks().filter(({ state }) => state === "intended");
    const left = [...tickets().filter(isInWork), ...open];
    const which = left.map(({ id, state }) => `#${id} ${state}`).join(", ");
    return safety.fail("liveness", `after ${tookMs} ms of calm: ${which}`);
  }
}

/** Somebody else may see them, or have the time for them, later. */
const FOR_NOW = /no time left|cannot be seen|nobody can see/;

/** What attempts without a fix have left is taken back by now, wherever all can be seen. */
function checkMarks({ cluster, safety }: World, { marks }: Calm): void {
  const isDark = [...cluster.truth().values()].some(({ run }) => run !== "running");
  for (const { id, member, ticket_id, ticket_state, kept } of marks()) {
    const isTold = kept !== null && (isDark || !FOR_NOW.test(kept));
    if (ticket_state !== "escalated" || isTold || !cluster.of(member).isMarked) continue;
    const why = kept === null ? "nobody says why" : kept;
    safety.fail("undo", `step ${id} of #${ticket_id} left its mark on ${member}: ${why}`);
  }
}

/** A radius that is used up is a reason: whatever more is needed, a person should look at. */
const NAMED = /used up/;

function escalatedOf(tickets: readonly TicketEnd[]): readonly TicketEnd[] {
  return tickets.filter(({ state }) => state === "escalated");
}

function unnamed(tickets: readonly TicketEnd[]): readonly TicketEnd[] {
  return escalatedOf(tickets).filter(({ note }) => !NAMED.test(note ?? ""));
}

function checkEnd({ cluster, safety }: World, { tickets }: Calm): void {
  const escalated = escalatedOf(tickets());
  for (const { id, note } of unnamed(escalated)) {
    safety.fail("liveness", `#${id} is escalated: ${note}`);
  }
  const truth = cluster.truth();
  for (const entity of [...MEMBERS, ...Object.keys(GROUPS)]) {
    const isIll = Object.values(TRUTHS).some((judge) => judge(truth, entity) === "violated");
    const isKnown = escalated.some((ticket) => ticket.entity === entity);
    if (isIll && !isKnown) safety.fail("liveness", `${entity} is not well, and nobody works on it`);
  }
}
