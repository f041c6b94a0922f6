// Every member asked for itself, on its own port: a dead one is seen now, and not when PD notices.
import type { Reading } from "../../../src/domain/observation.ts";
import type {
  Declaration,
  DeclaredPd,
  DeclaredStore,
  ListedStore,
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
  const [liveness, metrics] = await Promise.all([
    probeLiveness(context, `${member.url}/pd/api/v1/ping`),
    readUrl(context, { url: `${member.url}/metrics`, parse: parsePdPage }),
  ]);
  return { ...member, liveness, metrics };
}

async function sightStore(context: ProbeContext, store: DeclaredStore): Promise<DirectStore> {
  const { statusUrl } = store;
  if (statusUrl === null) {
    const unasked = {
      state: "failed",
      reason: "it announces no status address",
      atMs: context.clock.now(),
    } as const;
    return { ...store, liveness: unasked, metrics: unasked };
  }
  const [liveness, metrics] = await Promise.all([
    probeLiveness(context, `${statusUrl}/status`),
    readUrl(context, { url: `${statusUrl}/metrics`, parse: parseStorePage }),
  ]);
  return { ...store, liveness, metrics };
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
