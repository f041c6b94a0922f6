// Which leaders the schedulers would move next. Pure: a picture of the cluster in, moves out.

export interface LeaderPicture {
  readonly stores: readonly SchedulableStore[];
  readonly regions: readonly SchedulableRegion[];
  /** Stores from which evict-leader-scheduler takes all leaders. */
  readonly evicted: readonly number[];
}

export interface SchedulableStore {
  readonly id: number;
  /** In state Up and not silent: leaders may be moved from and to it. */
  readonly isReady: boolean;
  readonly leaderWeight: number;
}

export interface SchedulableRegion {
  readonly id: number;
  readonly leaderStoreId: number;
  /** Stores whose peer could lead: voters that are neither down nor behind. */
  readonly candidates: readonly number[];
  /** The store that a running operator moves the leader to. */
  readonly movingTo: number | undefined;
}

export interface LeaderMove {
  readonly regionId: number;
  readonly toStoreId: number;
}

/** At most `limit` moves off the evicted stores, each to the store with the fewest leaders. */
export function planEvictions(picture: LeaderPicture, limit: number): readonly LeaderMove[] {
  const counts = leaderCounts(picture);
  const moves: LeaderMove[] = [];
  for (const region of picture.regions) {
    if (moves.length >= limit) break;
    const isHere = isEvictable(picture, region.leaderStoreId);
    if (!isHere || region.movingTo !== undefined) continue;
    const target = lowest(targetsOf(picture, region), counts);
    if (target === undefined) continue;
    moves.push({ regionId: region.id, toStoreId: target.id });
    counts.set(target.id, (counts.get(target.id) ?? 0) + 1);
  }
  return moves;
}

/** One move from the store with the highest leader score to the lowest, when it evens them. */
export function planBalance(picture: LeaderPicture): LeaderMove | undefined {
  const counts = leaderCounts(picture);
  const sources = picture.stores
    .filter((store) => store.isReady)
    .sort((left, right) => scoreOf(right, counts) - scoreOf(left, counts));
  for (const source of sources) {
    for (const region of picture.regions) {
      if (region.leaderStoreId !== source.id || region.movingTo !== undefined) continue;
      const target = lowest(targetsOf(picture, region), counts);
      // Moving one leader must leave the source no lower than the target.
      if (target && scoreOf(source, counts) - scoreOf(target, counts) >= 2) {
        return { regionId: region.id, toStoreId: target.id };
      }
    }
  }
  return undefined;
}

/** A silent store's leaders cannot be asked to go. */
function isEvictable({ stores, evicted }: LeaderPicture, storeId: number): boolean {
  const store = stores.find(({ id }) => id === storeId);
  return store?.isReady === true && evicted.includes(storeId);
}

/** Leaders per store as they will be when the running operators are done. */
function leaderCounts({ stores, regions }: LeaderPicture): Map<number, number> {
  const counts = new Map(stores.map((store) => [store.id, 0]));
  for (const { leaderStoreId, movingTo } of regions) {
    const storeId = movingTo ?? leaderStoreId;
    counts.set(storeId, (counts.get(storeId) ?? 0) + 1);
  }
  return counts;
}

function targetsOf(
  { stores, evicted }: LeaderPicture,
  region: SchedulableRegion,
): readonly SchedulableStore[] {
  return stores.filter(
    (store) =>
      store.isReady &&
      store.id !== region.leaderStoreId &&
      region.candidates.includes(store.id) &&
      !evicted.includes(store.id),
  );
}

function lowest(
  stores: readonly SchedulableStore[],
  counts: ReadonlyMap<number, number>,
): SchedulableStore | undefined {
  return [...stores].sort((left, right) => scoreOf(left, counts) - scoreOf(right, counts))[0];
}

/** leader-schedule-policy "count": leaders by weight. */
function scoreOf(store: SchedulableStore, counts: ReadonlyMap<number, number>): number {
  return (counts.get(store.id) ?? 0) / Math.max(store.leaderWeight, 1e-6);
}
