// A moment as this process's time zone shows it: what Go and TiKV print.

export interface LocalTime {
  /** `2026-11-22` */
  readonly date: string;
  /** `19:33:05` */
  readonly clock: string;
  /** `+08:00`; `+00:00` in UTC. */
  readonly zone: string;
}

export function localTime(epochMs: number): LocalTime {
  const offsetMinutes = -new Date(epochMs).getTimezoneOffset();
  const iso = new Date(epochMs + offsetMinutes * 60_000).toISOString();
  const size = Math.abs(offsetMinutes);
  const hours = String(Math.floor(size / 60)).padStart(2, "0");
  const minutes = String(size % 60).padStart(2, "0");
  const zone = `${offsetMinutes < 0 ? "-" : "+"}${hours}:${minutes}`;
  return { date: iso.slice(0, 10), clock: iso.slice(11, 19), zone };
}
