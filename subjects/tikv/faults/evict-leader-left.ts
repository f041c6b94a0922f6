// An evict-leader scheduler that somebody left behind: the store keeps its data and leads nothing.
import type { ActionContext } from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import type { FaultPlan } from "../../../src/domain/fault.ts";
import { readValue } from "../../../src/domain/observation.ts";
import { evictedStores } from "../actions/scheduler-presence.ts";
import { askPd } from "../observe/ask-pd.ts";
import { parseEvictedStoreIds, parseSchedulerNames } from "../observe/pd-answers.ts";
import { changePd } from "../pd-change.ts";
import { livingStores, pickSome, type TikvFault } from "./struck.ts";

const SCHEDULER = "evict-leader-scheduler";
const EVICTION_PATH = `/pd/api/v1/scheduler-config/${SCHEDULER}/list`;
const CHECK_DEADLINE_MS = 5_000;

export const evictLeaderLeft: TikvFault = {
  name: "evict_leader_left",
  describes: "A scheduler is added that moves every leader off one store, and stays.",
  plan(observation, random) {
    const evicted = evictedStores(observation);
    if (!evicted) {
      throw new OperatorError("subject", "plan evict_leader_left: whom PD evicts is not known");
    }
    // What somebody has evicted would be healed away.
    const free = livingStores(observation).filter((store) => !evicted.includes(store));
    const targets = pickSome(free, { count: 1, random });
    const store = observation.stores.find(({ name }) => name === targets[0]);
    const storeId = store && readValue(store.listed)?.id;
    if (!storeId) throw new OperatorError("subject", "plan evict_leader_left: PD's list is unread");
    const pdUrls = observation.pdMembers.map(({ url }) => url);
    return { fault: "evict_leader_left", targets, details: { store_id: storeId, pd_urls: pdUrls } };
  },
  async inject(plan, context) {
    const { urls, storeId } = detailsOf(plan);
    const body = `{"name":"${SCHEDULER}","store_id":${storeId}}`;
    await changePd({ urls, method: "POST", path: "/schedulers", body, signal: context.signal });
    await checkPresent(urls, context);
  },
  async heal(plan, context) {
    const { signal, wasOver } = context;
    const { urls, storeId } = detailsOf(plan);
    if (wasOver && (await isEvicted({ urls, storeId }, context))) {
      return [`PD keeps leaders off ${plan.targets}: the fault's own eviction had ended`];
    }
    await changePd({ urls, method: "DELETE", path: `/schedulers/${SCHEDULER}-${storeId}`, signal });
    return [];
  },
  expects: ({ targets }) => targets.map((entity) => ({ invariant: "evict_leader_left", entity })),
};

/** False where PD does not say it, as when it has no such scheduler. */
async function isEvicted(
  { urls, storeId }: { readonly urls: readonly string[]; readonly storeId: string },
  { clock, signal }: ActionContext,
): Promise<boolean> {
  const question = { urls, path: EVICTION_PATH, parse: parseEvictedStoreIds };
  const ids = await askPd({ clock, signal, deadlineMs: CHECK_DEADLINE_MS }, question);
  return readValue(ids)?.includes(storeId) ?? false;
}

async function checkPresent(
  urls: readonly string[],
  { clock, signal }: ActionContext,
): Promise<void> {
  const names = await askPd(
    { clock, signal, deadlineMs: CHECK_DEADLINE_MS },
    { urls, path: "/pd/api/v1/schedulers", parse: parseSchedulerNames },
  );
  if (readValue(names)?.some((name) => name.startsWith(SCHEDULER))) return;
  throw new OperatorError("subject", "inject evict_leader_left: the scheduler is not there");
}

/** A plan may come back out of a ledger: its details are read as foreign data. */
function detailsOf({ details }: FaultPlan): { urls: readonly string[]; storeId: string } {
  const { store_id: storeId, pd_urls: pdUrls } = details;
  const urls = Array.isArray(pdUrls) ? pdUrls.filter((url) => typeof url === "string") : [];
  if (typeof storeId === "string" && /^\d+$/.test(storeId)) return { urls, storeId };
  throw new OperatorError("subject", "evict_leader_left: the plan names no store");
}
