// The toy's truth: six members in two groups, of which each can spare one; who took whom away, and
// what was lost for good.

export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  pd: ["pd1", "pd2", "pd3"],
  store: ["store1", "store2", "store3"],
};
export const SPARE = 1;
export const MEMBERS: readonly string[] = Object.values(GROUPS).flat();

export interface MemberTruth {
  readonly run: "running" | "stopped" | "paused";
  readonly isSlow: boolean;
  readonly isDeclared: boolean;
  /** By an operator. No invariant judges it: who leaves one has left it for good. */
  readonly isMarked: boolean;
}

export type Truth = ReadonlyMap<string, MemberTruth>;

export type Culprit = "fault" | "operator";

export interface Turn {
  readonly atMs: number;
  readonly by: Culprit;
}

const WELL: MemberTruth = { run: "running", isSlow: false, isDeclared: true, isMarked: false };

export class Cluster {
  readonly #members = new Map(MEMBERS.map((name) => [name, WELL]));
  readonly #taken = new Map<string, Turn>();
  readonly #given = new Map<string, Turn>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  of(name: string): MemberTruth {
    return this.#members.get(name) ?? WELL;
  }

  /** As it is now: later changes are not in it. */
  truth(): Truth {
    return new Map(this.#members);
  }

  change(name: string, part: Partial<MemberTruth>, by: Culprit): void {
    const before = this.of(name);
    const after = { ...before, ...part };
    this.#members.set(name, after);
    if (isUp(before) === isUp(after)) return;
    const turn = { atMs: this.#nowMs(), by };
    if (isUp(after)) this.#given.set(name, turn);
    else this.#taken.set(name, turn);
  }

  /** Since when it is away, and whose doing that is; undefined while it is up. */
  taken(name: string): Turn | undefined {
    return isUp(this.of(name)) ? undefined : this.#taken.get(name);
  }

  /** When it came back last, and whose doing that was; undefined while it is away, or never was. */
  given(name: string): Turn | undefined {
    return isUp(this.of(name)) ? this.#given.get(name) : undefined;
  }

  isWell(): boolean {
    return [...this.#members.values()].every(
      (member) => isUp(member) && !member.isSlow && member.isDeclared,
    );
  }
}

export function isUp({ run }: MemberTruth): boolean {
  return run === "running";
}

export function groupOf(name: string): readonly string[] {
  return Object.values(GROUPS).find((members) => members.includes(name)) ?? [];
}

/** What is true, by invariant: "unknown" where nothing could be told of it even with good eyes. */
export const TRUTHS: Readonly<
  Record<string, (truth: Truth, entity: string) => "holds" | "violated" | "unknown">
> = {
  member_up: (truth, entity) => judge(truth.get(entity), isUp),
  member_quick: (truth, entity) => judgeUp(truth.get(entity), ({ isSlow }) => !isSlow),
  settings_declared: (truth, entity) => judgeUp(truth.get(entity), (member) => member.isDeclared),
  group_serves: (truth, entity) => {
    const members = (GROUPS[entity] ?? []).map((name) => truth.get(name));
    const up = members.filter((member) => member && isUp(member)).length;
    const unseen = members.filter((member) => member === undefined).length;
    if (up >= members.length - SPARE) return "holds";
    return up + unseen >= members.length - SPARE ? "unknown" : "violated";
  },
};

function judge(member: MemberTruth | undefined, isWell: (member: MemberTruth) => boolean) {
  if (!member) return "unknown";
  return isWell(member) ? "holds" : "violated";
}

/** Of one that is away these cannot be told. */
function judgeUp(member: MemberTruth | undefined, isWell: (member: MemberTruth) => boolean) {
  return member && isUp(member) ? judge(member, isWell) : "unknown";
}
