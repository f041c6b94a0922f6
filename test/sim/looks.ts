// Who looked at the toy, when, and what was true at that moment: what anybody could know.
import { MEMBERS, TRUTHS, type Truth } from "./cluster.ts";
import type { Life } from "./life.ts";

export interface Look {
  /** In virtual time. Everything is seen at one moment in between. */
  readonly startedAtMs: number;
  readonly sampledAtMs: number;
  readonly endedAtMs: number;
  /** Without those that could not be seen. */
  readonly seen: Truth;
}

const KEPT = 400;

export class Looks {
  readonly #of = new Map<Life, Look[]>();

  add(life: Life, look: Look): void {
    const looks = this.#of.get(life) ?? [];
    looks.push(look);
    if (looks.length > KEPT) looks.shift();
    this.#of.set(life, looks);
  }

  last(life: Life): Look | undefined {
    return this.#of.get(life)?.at(-1);
  }

  /** The last ones in a row in which it was seen to hold, of those that began since then. */
  runOfHolds(life: Life, { invariant, entity, sinceMs }: Watched): readonly Look[] {
    const looks = (this.#of.get(life) ?? []).filter(({ startedAtMs }) => startedAtMs >= sinceMs);
    const broken = looks.findLastIndex((look) => seenIn(look, { invariant, entity }) !== "holds");
    return looks.slice(broken + 1);
  }

  /** Whether what is violated now was seen to hold in a look that ended after that time. */
  hasHeldSince(life: Life, { invariant, entity, sinceMs }: Watched): boolean {
    const looks = (this.#of.get(life) ?? []).filter(({ endedAtMs }) => endedAtMs > sinceMs);
    return looks.some((look) => seenIn(look, { invariant, entity }) === "holds");
  }
}

export interface Judged {
  readonly invariant: string;
  readonly entity: string;
}

export interface Watched extends Judged {
  readonly sinceMs: number;
}

export function seenIn({ seen }: Look, { invariant, entity }: Judged) {
  return TRUTHS[invariant]?.(seen, entity) ?? "unknown";
}

export function seenOf(truth: Truth, blind: ReadonlySet<string>): Truth {
  return new Map([...truth].filter(([name]) => MEMBERS.includes(name) && !blind.has(name)));
}
