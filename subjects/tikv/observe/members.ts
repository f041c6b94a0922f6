// Pure: the few words that panels and the guard need about each member.
import { type ObservedMember, type Reading, readValue } from "../../../src/domain/observation.ts";
import type { Liveness, PdSighting, StoreSighting, TikvObservation } from "../observation.ts";

type Parts = Pick<TikvObservation, "pdMembers" | "stores" | "leadership">;

export function membersOf({ pdMembers, stores, leadership }: Parts): readonly ObservedMember[] {
  const leader = readValue(leadership)?.leader ?? undefined;
  return [...pdMembers.map((pd) => describePd(pd, leader)), ...stores.map(describeStore)];
}

function describePd({ name, liveness }: PdSighting, leader: string | undefined): ObservedMember {
  const { health, detail } = sayLiveness(liveness);
  if (health !== "up") return { name, role: "pd", health, detail };
  return { name, role: "pd", health, detail: name === leader ? "leads" : "follows" };
}

/** A store that answers but is not on PD's list, or was given up by PD, serves nobody. */
function describeStore(store: StoreSighting): ObservedMember {
  const { name, listed } = store;
  const role = "tikv";
  const { health, detail } = sayLiveness(store.liveness);
  if (health === "down" || listed.state === "failed") return { name, role, health, detail };
  if (listed.value === null) return { name, role, health: "down", detail: "PD does not list it" };
  const { stateName, leaderCount } = listed.value;
  if (stateName === "Down") return { name, role, health: "down", detail: "PD says Down" };
  if (stateName !== "Up") return { name, role, health, detail: `${detail}, PD says ${stateName}` };
  if (health === "unknown") return { name, role, health, detail };
  const leaders = readValue(store.metrics)?.leaderCount ?? leaderCount;
  return { name, role, health, detail: `serving, ${leaders} leaders` };
}

function sayLiveness(liveness: Reading<Liveness>): Pick<ObservedMember, "health" | "detail"> {
  if (liveness.state === "failed") return { health: "unknown", detail: liveness.reason };
  if (liveness.value.state === "answers") return { health: "up", detail: "answers" };
  return { health: "down", detail: liveness.value.reason };
}
