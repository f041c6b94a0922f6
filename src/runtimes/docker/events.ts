// Tells of members that change as the engine tells it. The stream of events may end, or fall silent
// without an end: then containers are looked at in turns until there is a stream again.
//
//   following ──ended, or no answer to a ping──▶ looking ──a stream is there again──▶ following
import type { Clock } from "../../domain/clock.ts";
import { messageOf } from "../../domain/errors.ts";
import type { FollowOptions, RuntimeEvent } from "../../domain/runtime.ts";
import { findContainers, type Site } from "./container.ts";
import { type EventStream, openEvents } from "./event-stream.ts";

export interface WatchOptions extends FollowOptions {
  readonly site: Site;
  readonly clock: Clock;
}

const LOOK_EVERY_MS = 1_000;
/** An engine that ends every stream at once is not asked for them without a pause. */
const REOPEN_AFTER_MS = 200;

/** Until the signal aborts. Never rejects: what fails is tried again. */
export async function watchDockerEvents(options: WatchOptions): Promise<void> {
  const { signal, onEvent } = options;
  const looks = createLooks(options);
  const following = { ...options, onEvent: looks.passOn };
  let reason: string | undefined;
  while (!signal.aborted) {
    const stream = await tryToOpen(following);
    if ("failure" in stream) {
      if (reason === undefined) onEvent({ type: "lost", reason: stream.failure });
      reason = stream.failure;
      await looks.again();
      await options.clock.sleep(LOOK_EVERY_MS, signal);
    } else {
      if (reason !== undefined) onEvent({ type: "following" });
      await looks.again();
      reason = await stream.ended;
      if (!signal.aborted) onEvent({ type: "lost", reason });
      await options.clock.sleep(REOPEN_AFTER_MS, signal);
    }
  }
}

async function tryToOpen(
  options: WatchOptions,
): Promise<EventStream | { readonly failure: string }> {
  try {
    return await openEvents(options);
  } catch (error) {
    return { failure: messageOf(error) };
  }
}

interface Looks {
  /** An event of the stream: what was seen of its member before is out of date. */
  passOn(event: RuntimeEvent): void;
  /** Tells whose state is another than at the look before. A look that fails tells nothing. */
  again(): Promise<void>;
}

function createLooks({ site, signal, onEvent }: WatchOptions): Looks {
  let before: Map<string, string> | undefined;
  return {
    passOn(event) {
      if (event.type === "changed") before?.delete(event.member);
      onEvent(event);
    },
    async again() {
      const now = await stateByMember(site, signal);
      if (!now) return;
      for (const member of new Set([...(before?.keys() ?? []), ...now.keys()])) {
        const change = now.get(member) ?? "gone";
        if (before && change !== before.get(member)) onEvent({ type: "changed", member, change });
      }
      before = now;
    },
  };
}

async function stateByMember(
  site: Site,
  signal: AbortSignal,
): Promise<Map<string, string> | undefined> {
  try {
    const found = await findContainers(site, { signal });
    return new Map(found.map(({ service, state }) => [service, state]));
  } catch {
    return undefined;
  }
}
