// Everything that PD's API is asked in one look, in parallel.
import { mapRead, type Reading, readValue } from "../../../src/domain/observation.ts";
import type { ListedStore, Replication, Schedulers } from "../observation.ts";
import { askPd } from "./ask-pd.ts";
import {
  type Membership,
  parseEvictedStoreIds,
  parseFewestVoters,
  parseHealth,
  parseMembers,
  parseReplication,
  parseSchedulerNames,
  parseStores,
} from "./pd-answers.ts";
import type { ProbeContext } from "./probe.ts";

export interface ClusterAnswers {
  readonly membership: Reading<Membership>;
  /** Tombstones too: they tell a store that was taken out from one that is missing. */
  readonly storeList: Reading<readonly ListedStore[]>;
  readonly schedulers: Reading<Schedulers>;
  readonly replication: Reading<Replication>;
  readonly fewestVoters: Reading<number | null>;
}

const API = "/pd/api/v1";
const EVICTION = "evict-leader-scheduler";

export async function askCluster(
  context: ProbeContext,
  urls: readonly string[],
): Promise<ClusterAnswers> {
  const ask = askerOf(context, urls);
  const [membership, storeList, schedulers, config, rules] = await Promise.all([
    ask("/members", parseMembers),
    ask("/stores?state=0&state=1&state=2", parseStores),
    askSchedulers(ask),
    ask("/config/replicate", parseReplication),
    ask("/config/rules", parseFewestVoters),
  ]);
  const replication = mapRead(config, ({ hasRules: _, ...known }) => known);
  // Asked for rules that are switched off, PD says 412.
  const isRuled = readValue(config)?.hasRules !== false;
  const fewestVoters = isRuled ? rules : mapRead(config, () => null);
  return { membership, storeList, schedulers, replication, fewestVoters };
}

/** PD's own probe of its members, one after another: slow where one of them is black-holed. */
export function askHealth(
  context: ProbeContext,
  urls: readonly string[],
): Promise<Reading<Readonly<Record<string, boolean>>>> {
  return askerOf(context, urls)("/health", parseHealth);
}

type Ask = <T>(path: string, parse: (text: string) => T) => Promise<Reading<T>>;

function askerOf(context: ProbeContext, urls: readonly string[]): Ask {
  return (path, parse) => askPd(context, { urls, path: `${API}${path}`, parse });
}

async function askSchedulers(ask: Ask): Promise<Reading<Schedulers>> {
  const list = await ask("/schedulers", parseSchedulerNames);
  if (list.state === "failed") return list;
  const evictedStoreIds = await askEvicted(ask, list.value);
  return { ...list, value: { names: list.value, evictedStoreIds } };
}

/** Older releases name a scheduler for each store, newer ones keep the stores in its own config. */
async function askEvicted(ask: Ask, names: readonly string[]): Promise<readonly string[] | null> {
  const named = names.flatMap((name) =>
    name.startsWith(`${EVICTION}-`) ? [name.slice(EVICTION.length + 1)] : [],
  );
  if (!names.includes(EVICTION)) return named;
  const config = await ask(`/scheduler-config/${EVICTION}/list`, parseEvictedStoreIds);
  return config.state === "read" ? [...named, ...config.value] : null;
}
