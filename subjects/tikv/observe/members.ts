// Pure: the few words that panels and the guard need about each member.
import {
  type MemberFigure,
  type ObservedMember,
  type Reading,
  readValue,
} from "../../../src/domain/observation.ts";
import type {
  ListedStore,
  Liveness,
  PdSighting,
  StoreSighting,
  TikvObservation,
} from "../observation.ts";

type Parts = Pick<TikvObservation, "pdMembers" | "stores" | "leadership">;

export function membersOf({ pdMembers, stores, leadership }: Parts): readonly ObservedMember[] {
  const leader = readValue(leadership)?.leader ?? undefined;
  return [...pdMembers.map((pd) => describePd(pd, leader)), ...stores.map(describeStore)];
}

function describePd(
  { name, liveness, metrics }: PdSighting,
  leader: string | undefined,
): ObservedMember {
  const { health, detail } = sayLiveness(liveness);
  if (health !== "up") return { name, role: "pd", health, detail };
  const startedAtMs = readValue(metrics)?.startedAtMs ?? null;
  return { name, role: "pd", health, detail: name === leader ? "leads" : "follows", startedAtMs };
}

function describeStore(store: StoreSighting): ObservedMember {
  const { name, listed, metrics } = store;
  const entry = readValue(listed);
  const figures = entry ? figuresOf(entry, store) : [];
  const startedAtMs = readValue(metrics)?.startedAtMs ?? null;
  return { name, role: "tikv", ...judgeStore(store), startedAtMs, figures };
}

/** A store that answers but is not on PD's list, or was given up by PD, serves nobody. */
function judgeStore({
  liveness,
  listed,
}: StoreSighting): Pick<ObservedMember, "health" | "detail"> {
  const own = sayLiveness(liveness);
  if (own.health === "down" || listed.state === "failed") return own;
  if (listed.value === null) return { health: "down", detail: "PD does not list it" };
  const { stateName } = listed.value;
  if (stateName === "Down") return { health: "down", detail: "PD says Down" };
  if (stateName !== "Up") return { ...own, detail: `${own.detail}, PD says ${stateName}` };
  return own.health === "up" ? { health: "up", detail: "serving" } : own;
}

/** Leaders by the store's own word where it speaks, for PD hears of them later. */
function figuresOf(entry: ListedStore, { metrics }: StoreSighting): readonly MemberFigure[] {
  const own = readValue(metrics);
  const { capacityBytes, availableBytes } = own ?? entry;
  const isKnown = capacityBytes !== null && availableBytes !== null && capacityBytes > 0;
  const free = isKnown ? [Math.round((100 * availableBytes) / capacityBytes)] : [];
  return [
    { label: "leaders", value: own?.leaderCount ?? entry.leaderCount, unit: "count" },
    { label: "regions", value: entry.regionCount, unit: "count" },
    ...free.map((value): MemberFigure => ({ label: "free", value, unit: "percent" })),
  ];
}

function sayLiveness(liveness: Reading<Liveness>): Pick<ObservedMember, "health" | "detail"> {
  if (liveness.state === "failed") return { health: "unknown", detail: liveness.reason };
  if (liveness.value.state === "answers") return { health: "up", detail: "answers" };
  return { health: "down", detail: liveness.value.reason };
}
