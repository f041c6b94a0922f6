// A Redis and nodes of a test as a topology, looked at as a monitor does.
import type { Judgement } from "../../src/domain/verdict.ts";
import { systemClock } from "../../src/infra/clock.ts";
import type { LimiterObservation } from "../../subjects/ratelimiter/observation.ts";
import { createWatcher } from "../../subjects/ratelimiter/observe/memory.ts";
import { eventually } from "./eventually.ts";
import { stateOf } from "./limiter-looks.ts";
import { TOKEN } from "./limiter-nodes.ts";

/** Long enough for a machine that is busy with other tests. */
const PROBE_DEADLINE_MS = 2_000;
/** The canary spends what its own limits allow: looks must not come thick and fast. */
const LOOK_EVERY_MS = 200;

export interface SitePorts {
  readonly redisPort: number;
  readonly nodes: readonly {
    readonly name: string;
    readonly apiPort: number;
    readonly managePort: number;
  }[];
}

export interface WatchedSite {
  look(probeDeadlineMs?: number): Promise<LimiterObservation>;
  /** Looks until it is so; the look in which it was. */
  untilSo(what: string, isSo: (seen: LimiterObservation) => boolean): Promise<LimiterObservation>;
  /** Until the invariant says this of the entity. */
  until(invariant: string, entity: string, state: Judgement["state"]): Promise<LimiterObservation>;
}

export function watchSite({ redisPort, nodes }: SitePorts): WatchedSite {
  const settings = { token: TOKEN };
  const plan = { isStandIn: false, settings };
  const members = [
    { name: "redis", role: "redis", ports: { client: redisPort }, ...plan },
    ...nodes.map(({ name, apiPort, managePort }) => ({
      name,
      role: "limiter",
      ports: { api: apiPort, manage: managePort },
      ...plan,
    })),
  ];
  return watch({ members, endpoints: [] });
}

/** As a person names it. */
export function watchUrls(endpoints: readonly string[]): WatchedSite {
  return watch({ members: [], endpoints });
}

function watch(
  place: Pick<Parameters<typeof createWatcher>[0]["topology"], "members" | "endpoints">,
) {
  const topology = { subject: "ratelimiter", timeScale: 1, ...place };
  const watcher = createWatcher({ topology, runtime: undefined, clock: systemClock });
  const { signal } = new AbortController();
  const look = (probeDeadlineMs = PROBE_DEADLINE_MS) =>
    watcher.observe({ probeDeadlineMs, signal });
  const untilSo = (what: string, isSo: (seen: LimiterObservation) => boolean) =>
    eventually(async () => {
      await systemClock.sleep(LOOK_EVERY_MS);
      const seen = await look();
      return isSo(seen) ? seen : undefined;
    }, what);
  const until = (invariant: string, entity: string, state: Judgement["state"]) =>
    untilSo(
      `${invariant} of ${entity} is ${state}`,
      (seen) => stateOf(seen, invariant, entity) === state,
    );
  return { look, untilSo, until };
}
