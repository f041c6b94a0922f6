// A model cluster whose members obey every command, and a judge beside it: three PD members and
// three stores, of which two each are needed, and a Redis that cannot be spared.
import type { Clock } from "../../src/domain/clock.ts";
import type { Observation, QuorumGroup } from "../../src/domain/observation.ts";
import type { Deed, Interruption } from "./deeds.ts";

export type MemberState = "up" | "stopped" | "hung";

/** What is wrong and can be repaired without harm. */
export type Fault =
  | { readonly kind: "stopped" | "hung"; readonly member: string }
  | { readonly kind: "drift"; readonly what: string };

/** A rule that was broken, by what was executed. */
export interface Wrong {
  readonly rule: "data" | "quorum" | "outside" | "oversight" | "blind" | "observe" | "unapproved";
  readonly what: string;
  readonly command: string;
}

/** Under which conditions something is executed. */
export interface Licence {
  readonly command: string;
  /** Why nothing that changes anything may be executed; undefined when it may. */
  readonly forbidden: "observe" | "unapproved" | undefined;
}

export interface Cluster {
  readonly members: ReadonlyMap<string, MemberState>;
  readonly wrongs: readonly Wrong[];
  /** Of settings: the value that is declared, and the one that is in force. */
  readonly settings: Map<string, { readonly declared: string; readonly inForce: string }>;
  /** What observations show: everything, nothing at all, or what was a minute ago. */
  sight: "clear" | "none" | "stale";
  /** Members of which nothing is seen. */
  readonly unseen: Set<string>;
  setMember(name: string, state: MemberState): void;
  faults(): readonly Fault[];
  observe(): Promise<Observation>;
  /** Takes its time; every other agent goes on meanwhile. */
  execute(deeds: readonly Deed[], licence: Licence): Promise<void>;
  /** True while something is being executed. */
  isBusy(): boolean;
  /** All is well again, and what was planted is gone; wrongs are kept. */
  recover(): void;
}

export const GROUPS: readonly QuorumGroup[] = [
  { name: "PD members", members: ["pd1", "pd2", "pd3"], spare: 1 },
  { name: "stores", members: ["tikv1", "tikv2", "tikv3"], spare: 1 },
  { name: "Redis", members: ["redis"], spare: 0 },
];

export const MEMBERS = GROUPS.flatMap(({ members }) => members);

const DECLARED: Readonly<Record<string, string>> = {
  "max-replicas": "3",
  "evict-leader": "absent",
  "balance-leader": "present",
  "leader-schedule-limit": "4",
  maxmemory: "268435456",
  "maxmemory-policy": "noeviction",
  appendonly: "yes",
  "drop rule": "absent",
  "delay rule": "absent",
};

const LOOK_MS = 40;
const STEP_MS = 120;
const RESTART_MS = 700;
const STALE_MS = 60_000;

export function createCluster(clock: Clock): Cluster {
  const members = new Map<string, MemberState>();
  const settings: Cluster["settings"] = new Map();
  const planted = new Map<string, { readonly deeds: readonly Deed[]; readonly by: string }>();
  const wrongs: Wrong[] = [];
  let underway = 0;
  const cluster: Cluster = {
    ...{ members, wrongs, settings, sight: "clear", unseen: new Set() },
    setMember: (name, state) => members.set(name, state),
    faults: () => faultsOf(cluster),
    observe: () => observe(cluster, clock),
    async execute(deeds, licence) {
      underway += 1;
      for (const deed of deeds) await carryOut(deed, licence);
      underway -= 1;
    },
    isBusy: () => underway > 0,
    recover() {
      for (const name of MEMBERS) members.set(name, "up");
      for (const [what, declared] of Object.entries(DECLARED)) {
        settings.set(what, { declared, inForce: declared });
      }
      planted.clear();
      cluster.sight = "clear";
      cluster.unseen.clear();
    },
  };
  cluster.recover();
  return cluster;

  async function carryOut(deed: Deed, licence: Licence): Promise<void> {
    await clock.sleep(STEP_MS);
    const note = (rule: Wrong["rule"], what: string) =>
      wrongs.push({ rule, what, command: licence.command });
    const isChange = deed.does !== "look" && deed.does !== "run";
    if (isChange && licence.forbidden) note(licence.forbidden, deed.does);
    if (isChange && deed.does !== "start" && cluster.sight !== "clear") note("blind", deed.does);
    switch (deed.does) {
      case "lose":
        return void note("data", deed.what);
      case "outside":
      case "oversight":
        return void note(deed.does, deed.what);
      case "start":
        for (const name of deed.members) members.set(name, "up");
        return;
      case "set":
        return setTo(deed.what, deed.value);
      case "plant":
        return void planted.set(deed.name, { deeds: deed.deeds, by: licence.command });
      case "run":
        return runPlanted(deed.name, licence);
      case "interrupt":
        if (deed.lagMs === undefined) return strike(deed, note);
        underway += 1;
        void clock.sleep(deed.lagMs).then(() => {
          underway -= 1;
          return strike(deed, note);
        });
        return;
      case "look":
        return clock.sleep(deed.takesMs ?? 0);
      case "write":
        return;
    }
  }

  async function runPlanted(name: string, licence: Licence): Promise<void> {
    const found = planted.get(name);
    if (!found) return;
    const command = `${found.by}, and then ${licence.command}`;
    for (const deed of found.deeds) await carryOut(deed, { ...licence, command });
  }

  function setTo(what: string, value: string): void {
    const declared = settings.get(what)?.declared ?? value;
    settings.set(what, { declared, inForce: value });
  }

  async function strike(
    { members: names, isRestart }: Interruption,
    note: (rule: "quorum", what: string) => void,
  ): Promise<void> {
    for (const name of names) {
      const wasUp = members.get(name) === "up";
      members.set(name, "stopped");
      const group = GROUPS.find((one) => one.members.includes(name));
      const away = group?.members.filter((one) => members.get(one) !== "up") ?? [];
      if (wasUp && group && away.length > group.spare) note("quorum", away.join(", "));
      if (!isRestart) continue;
      await clock.sleep(RESTART_MS);
      members.set(name, "up");
    }
  }
}

function faultsOf({ members, settings }: Cluster): readonly Fault[] {
  const away = [...members].flatMap(([member, state]): Fault[] =>
    state === "up" ? [] : [{ kind: state, member }],
  );
  const drifted = [...settings].flatMap(([what, { declared, inForce }]): Fault[] =>
    declared === inForce ? [] : [{ kind: "drift", what }],
  );
  return [...away, ...drifted];
}

async function observe({ members, sight, unseen }: Cluster, clock: Clock): Promise<Observation> {
  await clock.sleep(LOOK_MS);
  const atMs = clock.now() - (sight === "stale" ? STALE_MS : 0);
  const isHidden = (name: string) => sight === "none" || unseen.has(name);
  return {
    subject: "tikv",
    startedAtMs: atMs,
    endedAtMs: atMs,
    members: [...members].map(([name, state]) => ({
      name,
      role: name.replace(/\d$/, ""),
      health: isHidden(name) ? "unknown" : state === "up" ? "up" : "down",
      detail: state,
    })),
  };
}
