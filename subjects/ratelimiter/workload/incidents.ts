// When harm was done, in as few entries as one line can carry: one per name and second, and coarser
// when there would be too many. No count is ever lost.
import type { LoadIncident } from "../../../src/domain/load.ts";

export interface Incidents {
  add(incident: LoadIncident): void;
  /** In the order of time; each is dated by the first that it counts. */
  list(): readonly LoadIncident[];
}

/** 600 of them are some 42 KB; a line of 64 KiB is cut by those who read a child's lines. */
const INCIDENTS_MAX = 600;
const SECOND_MS = 1_000;

export function createIncidents(incidentsMax = INCIDENTS_MAX): Incidents {
  let widthMs = SECOND_MS;
  let entries = new Map<string, LoadIncident>();

  function add(incident: LoadIncident): void {
    const place = `${incident.name} ${Math.floor(incident.at_ms / widthMs)}`;
    const { at_ms, count } = entries.get(place) ?? { at_ms: incident.at_ms, count: 0 };
    entries.set(place, {
      at_ms: Math.min(at_ms, incident.at_ms),
      name: incident.name,
      count: count + incident.count,
    });
  }

  return {
    add: (incident) => {
      add(incident);
      while (entries.size > incidentsMax) {
        widthMs *= 2;
        const all = [...entries.values()];
        entries = new Map();
        for (const one of all) add(one);
      }
    },
    list: () => [...entries.values()].sort((one, other) => one.at_ms - other.at_ms),
  };
}
