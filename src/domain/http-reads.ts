// Which GETs only read: some change their server, and some go on in it for as long as they are
// told, whoever has hung up. src/server/status_server of TiKV v8.5.7, net/http/pprof of PD.

const CHANGING = /\/debug\/pprof\/heap_(?:de)?activate$/;
const PROFILES = /\/debug\/pprof(?:\/|$)/;
/** Of a path that goes on. */
const MAY_BE_PROFILE = /^\/$|\/d(?:e(?:b(?:ug?)?)?)?$|\/debug\//;
/** Of a profile: seconds, and samples in each. */
const MOST: ReadonlyMap<string, number> = new Map([
  ["seconds", 30],
  ["frequency", 1_000],
]);

export interface PathOfRequest {
  /** As its server sees it: what `pathAsServed` makes of it. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** It goes on in a way that is not known. */
  readonly isOpen?: boolean | undefined;
}

export function isHarmlessGet({ path, query, isOpen }: PathOfRequest): boolean {
  if (CHANGING.test(path) || (isOpen && MAY_BE_PROFILE.test(path))) return false;
  return !PROFILES.test(path) || [...query].every(isWithinBounds);
}

function isWithinBounds([name, value]: readonly [string, string]): boolean {
  const most = MOST.get(name.toLowerCase());
  return most === undefined || (/^\d+$/.test(value) && Number(value) <= most);
}

/** A server sees `%73tore` as `store`, `//` as `/`, and takes `.` and `..` out. Lower case. */
export function pathAsServed(path: string): string {
  const decoded = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const plain = decoded.replace(/\/{2,}/g, "/").toLowerCase();
  return URL.parse(`http://x${plain}`)?.pathname ?? plain;
}
