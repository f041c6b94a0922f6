// Every member asked for itself, on its own port: a dead one is seen now, and not when PD notices.
import type { Reading } from "../../../src/domain/observation.ts";
import type {
  Declaration,
  DeclaredPd,
  DeclaredStore,
  ListedStore,
  Liveness,
  PdSighting,
  StoreSighting,
  TikvObservation,
} from "../observation.ts";
import type { ClusterAnswers } from "./ask-cluster.ts";
import { findListed } from "./declaration.ts";
import { parsePdPage, parseStorePage } from "./pages.ts";
import { type ProbeContext, probeLiveness, readUrl } from "./probe.ts";
import { trafficBetween } from "./traffic.ts";

/** A store as it answers for itself, before PD's word on it is added. */
export type DirectStore = Omit<StoreSighting, "listed" | "traffic">;

export interface Sightings {
  readonly pdMembers: readonly PdSighting[];
  readonly stores: readonly DirectStore[];
}

export const NOTHING_SIGHTED: Sightings = { pdMembers: [], stores: [] };

/** All declared members, in declared order; what is in `known` already is not asked again. */
export async function sightMembers(
  context: ProbeContext,
  { declared, known }: { readonly declared: Declaration; readonly known: Sightings },
): Promise<Sightings> {
  const [pdMembers, stores] = await Promise.all([
    Promise.all(
      declared.pdMembers.map((pd) => known.pdMembers.find(isNamed(pd)) ?? sightPd(context, pd)),
    ),
    Promise.all(
      declared.stores.map(
        (store) => known.stores.find(isNamed(store)) ?? sightStore(context, store),
      ),
    ),
  ]);
  return { pdMembers, stores };
}

export function completeStore(
  store: DirectStore,
  {
    answers,
    rateBase,
  }: {
    readonly answers: ClusterAnswers;
    readonly rateBase: TikvObservation | undefined;
  },
): StoreSighting {
  const before = rateBase?.stores.find(isNamed(store))?.metrics;
  return {
    ...store,
    listed: listedOf(store, answers.storeList),
    traffic: trafficBetween({ before, now: store.metrics }),
  };
}

async function sightPd(context: ProbeContext, member: DeclaredPd): Promise<PdSighting> {
  const { url } = member;
  const paths = { pageUrl: `${url}/metrics`, aliveUrl: `${url}/pd/api/v1/ping` };
  return { ...member, ...(await sightPeer(context, { ...paths, parse: parsePdPage })) };
}

async function sightStore(context: ProbeContext, store: DeclaredStore): Promise<DirectStore> {
  const { statusUrl } = store;
  if (statusUrl === null) {
    const atMs = context.clock.now();
    const unasked = { state: "failed", reason: "it announces no status address", atMs } as const;
    return { ...store, liveness: unasked, metrics: unasked };
  }
  const paths = { pageUrl: `${statusUrl}/metrics`, aliveUrl: `${statusUrl}/status` };
  return { ...store, ...(await sightPeer(context, { ...paths, parse: parseStorePage })) };
}

interface PeerQuestion<T> {
  readonly pageUrl: string;
  /** A path that touches nothing else: it answers whenever the process lives. */
  readonly aliveUrl: string;
  readonly parse: (page: string) => T;
}

interface Sighting<T> {
  readonly liveness: Reading<Liveness>;
  readonly metrics: Reading<T>;
}

/**
 * Who shows its metrics lives. Only when there are none, or not soon, is it asked whether it lives:
 * within the same deadline, and at half the cost while all is well.
 */
async function sightPeer<T>(
  context: ProbeContext,
  { pageUrl, aliveUrl, parse }: PeerQuestion<T>,
): Promise<Sighting<T>> {
  const { clock, signal, deadlineMs } = context;
  const endsAtMs = clock.elapsed() + deadlineMs;
  const page = readUrl(context, { url: pageUrl, parse });
  const early = await Promise.race([page, clock.sleep(deadlineMs / 2, signal)]);
  if (early?.state === "read") return livingWith(early);
  const deadlineLeftMs = Math.max(1, endsAtMs - clock.elapsed());
  const probe = probeLiveness({ ...context, deadlineMs: deadlineLeftMs }, aliveUrl);
  const [liveness, metrics] = await Promise.all([probe, page]);
  return metrics.state === "read" ? livingWith(metrics) : { liveness, metrics };
}

function livingWith<T>(metrics: Reading<T>): Sighting<T> {
  const { atMs } = metrics;
  return { liveness: { state: "read", value: { state: "answers" }, atMs }, metrics };
}

function listedOf(
  store: DirectStore,
  list: Reading<readonly ListedStore[]>,
): Reading<ListedStore | null> {
  return list.state === "read" ? { ...list, value: findListed(store, list.value) ?? null } : list;
}

function isNamed({ name }: { readonly name: string }): (other: { name: string }) => boolean {
  return (other) => other.name === name;
}
