// What an opened cluster remembers from look to look: the declaration, the last observation for
// rates, and whom to ask first. Nothing of it outlives the process.
import { readValue } from "../../../src/domain/observation.ts";
import type { ObserveOptions, OpenOptions } from "../../../src/domain/subject.ts";
import type { TikvObservation } from "../observation.ts";
import { declareFrom } from "./declaration.ts";
import { lookAtCluster } from "./observe.ts";

/** In less time slow requests do not end: only the quick ones of a window would be seen. */
const BASE_AGE_MS = 800;
/** Less is the drift of a clock that is slowly set right. */
const JUMP_MS = 100;

export interface Watcher {
  observe(options: ObserveOptions): Promise<TikvObservation>;
  /** Base URLs of PD, the one most likely to answer first. */
  pdUrls(): readonly string[];
  /** The last observation; undefined before the first. */
  latest(): TikvObservation | undefined;
}

export function createWatcher({ topology, clock, runtime, unresolved }: OpenOptions): Watcher {
  let declared = declareFrom(topology);
  let latest: TikvObservation | undefined;
  let recent: readonly TikvObservation[] = [];
  let aheadMs = clock.now() - clock.elapsed();
  const endpoints = topology.endpoints.map(normalizeUrl);
  const pdUrls = () =>
    orderPdUrls([...declared.pdMembers.map(({ url }) => url), ...endpoints], latest);
  const observe = async ({ probeDeadlineMs, signal }: ObserveOptions) => {
    const context = { clock, signal, deadlineMs: probeDeadlineMs };
    const aheadBeforeMs = aheadMs;
    aheadMs = clock.now() - clock.elapsed();
    // Windows are told by the wall clock's stamps: none spans a jump of it.
    const hasJumped = Math.abs(aheadMs - aheadBeforeMs) > JUMP_MS;
    recent = hasJumped ? [] : sinceBase(recent, clock.now());
    const known = { declared, pdUrls: pdUrls(), rateBase: recent[0], latest };
    const observation = await lookAtCluster({ context, ...known, runtime, unresolved });
    declared = observation.declared;
    latest = observation;
    recent = [...recent, observation];
    return observation;
  };
  return { observe, pdUrls, latest: () => latest };
}

/** What rates are counted from comes first: the newest that is old enough, else the oldest. */
function sinceBase(recent: readonly TikvObservation[], nowMs: number): readonly TikvObservation[] {
  const base = recent.findLastIndex(({ startedAtMs }) => nowMs - startedAtMs >= BASE_AGE_MS);
  return recent.slice(Math.max(0, base));
}

/** The leader first, for it answers without a detour; who was silent last time, last. */
function orderPdUrls(
  urls: readonly string[],
  latest: TikvObservation | undefined,
): readonly string[] {
  const leader = latest && readValue(latest.leadership)?.leader;
  const rank = (url: string) => {
    const sighting = latest?.pdMembers.find((member) => member.url === url);
    if (sighting && readValue(sighting.liveness)?.state !== "answers") return 2;
    return sighting && sighting.name === leader ? 0 : 1;
  };
  return [...new Set(urls)].sort((left, right) => rank(left) - rank(right));
}

/** `127.0.0.1:2379` and `http://pd0:2379/` are both what people write. */
function normalizeUrl(endpoint: string): string {
  const url = endpoint.includes("://") ? endpoint : `http://${endpoint}`;
  return url.replace(/\/+$/, "");
}
