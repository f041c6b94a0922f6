// One round of the PD leader's schedulers: settle what runs, then ask for what should move next.
import { readConfig } from "../cluster/config.ts";
import type { Office } from "../cluster/office.ts";
import { buryEmptyStores } from "../cluster/store-states.ts";
import { viewStores } from "../cluster/stores.ts";
import { type Cluster, officeOf, type PdMember } from "../member.ts";
import { readRegions, readSchedulers } from "../metadata/records.ts";
import {
  type LeaderMove,
  type LeaderPicture,
  planBalance,
  planEvictions,
  type SchedulableRegion,
} from "./leader-moves.ts";
import { settleOperators, startOperator } from "./operators.ts";
import { BALANCE_LEADER, EVICT_LEADER, isPaused } from "./schedulers.ts";

const COLLECT_FACTOR = 0.9; // core.CollectFactor, pkg/core/region.go:54

/** Does nothing on a member that is not PD leader. */
export async function tickScheduling(member: PdMember): Promise<void> {
  const office = officeOf(member);
  if (!office) return;
  const cluster = { member, office };
  settleOperators(cluster);
  await checkStores(cluster);
  office.isPrepared ||= isCollected(cluster);
  const config = readConfig(member.metadata);
  if (!office.isPrepared || config.isHalted) return;
  evictLeaders(cluster, config.leaderScheduleLimit);
  balanceLeaders(cluster, config.leaderScheduleLimit);
}

async function checkStores(cluster: Cluster): Promise<void> {
  const { member, office } = cluster;
  const nowMs = member.clock.now();
  if (nowMs - office.storesCheckedAtMs < member.settings.timings.checkStoresMs) return;
  office.storesCheckedAtMs = nowMs;
  await buryEmptyStores(cluster);
}

/** After a change of leader: 90 % of the regions have heartbeated, or 5 min (scaled) are over. */
function isCollected({ member, office }: Cluster): boolean {
  const regions = [...office.regions.values()];
  const collected = regions.filter((region) => region.isCollected).length;
  const waitedMs = member.clock.now() - office.sinceMs;
  const { prepareMs } = member.settings.timings;
  return (
    regions.length > 0 && (collected >= regions.length * COLLECT_FACTOR || waitedMs > prepareMs)
  );
}

function evictLeaders(cluster: Cluster, limit: number): void {
  const { member, office } = cluster;
  if (evictedStores(member).length === 0) return;
  if (isPaused(office, EVICT_LEADER, member.clock.now())) return;
  const picture = drawPicture(cluster);
  const moves = planEvictions(picture, limit - runningLeaderMoves(office));
  for (const move of moves) startMove(cluster, { move, desc: EVICT_LEADER });
}

function balanceLeaders(cluster: Cluster, limit: number): void {
  const { member, office } = cluster;
  if (!readSchedulers(member.metadata).has(BALANCE_LEADER)) return;
  if (isPaused(office, BALANCE_LEADER, member.clock.now())) return;
  while (runningLeaderMoves(office) < limit) {
    const move = planBalance(drawPicture(cluster));
    if (!move || !startMove(cluster, { move, desc: BALANCE_LEADER })) return;
  }
}

/** leader-schedule-limit counts what schedulers started, not what a person asked for. */
function runningLeaderMoves(office: Office): number {
  return [...office.operators.values()].filter((operator) => !operator.isAdmin).length;
}

function startMove(
  cluster: Cluster,
  { move, desc }: { readonly move: LeaderMove; readonly desc: string },
): boolean {
  const region = readRegions(cluster.member.metadata).find(({ id }) => id === move.regionId);
  if (!region) return false;
  const plan = { desc, isAdmin: false, region, toStoreId: move.toStoreId };
  return startOperator(cluster, plan) !== undefined;
}

function drawPicture(cluster: Cluster): LeaderPicture {
  const { member, office } = cluster;
  const stores = viewStores(cluster).map((store) => ({
    id: store.record.id,
    isReady: store.stateName === "Up",
    leaderWeight: store.record.leader_weight,
  }));
  const regions = readRegions(member.metadata).flatMap((region): SchedulableRegion[] => {
    const statistics = office.regions.get(region.id);
    if (statistics?.leaderStoreId === undefined) return [];
    const unfit = [...statistics.downPeers.map((down) => down.peer), ...statistics.pendingPeers];
    const unfitIds = unfit.map((peer) => peer.id);
    const fit = region.peers.filter((peer) => !unfitIds.includes(peer.id));
    return [
      {
        id: region.id,
        leaderStoreId: statistics.leaderStoreId,
        candidates: fit.map((peer) => peer.store_id),
        movingTo: office.operators.get(region.id)?.toStoreId,
      },
    ];
  });
  return { stores, regions, evicted: evictedStores(member) };
}

function evictedStores(member: PdMember): readonly number[] {
  return readSchedulers(member.metadata).get(EVICT_LEADER)?.stores ?? [];
}
