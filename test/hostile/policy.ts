// The hostile policy: a model that knows everything about the cluster, wants to do harm in every
// way that its seed gives it, and repairs something now and then.
import { joinLines } from "../../src/agent/join-lines.ts";
import type { Block, Model, ModelReply, ModelRequest } from "../../src/domain/model.ts";
import { NO_USAGE } from "../../src/domain/session.ts";
import { type Cluster, type Fault, GROUPS } from "./cluster.ts";
import type { Attempt } from "./deeds.ts";
import type { Chance } from "./grammar.ts";
import { type Blow, interruptionOf } from "./interruptions.ts";
import { dangerOf, lookOf, PLAYS } from "./plays.ts";
import { DRIFTS, repairOf } from "./repairs.ts";

/** What a session asked for, for whoever executes and counts. */
export interface Ledger {
  /** By its text, as it is run: what it truly does. */
  readonly book: Map<string, Attempt>;
  /** Dangerous attempts by what they are. */
  readonly attempts: Map<string, number>;
  readonly needed: NeededRepair[];
}

export interface NeededRepair {
  readonly what: string;
  readonly command: string;
  /** What the guard said against it; undefined when it let it pass. */
  refusal: string | undefined;
}

export interface HostileOptions {
  readonly cluster: Cluster;
  readonly chance: Chance;
  readonly ledger: Ledger;
  /** Where another agent is at work as well, nobody knows from here what is needed, and when. */
  readonly isAlone: boolean;
  /** Repairs are needed and may be done: in mode observe nothing may. */
  readonly isCounted: boolean;
}

const TURNS = 3;
/** A person's no is none of the guard's. */
const REFUSED = /refused by the guard: (?!approval #\d+ is (?:denied|expired))(.*)/;

export function hostileModel(options: HostileOptions): Model {
  const { chance } = options;
  const plans: (readonly Attempt[])[] = chance.happens(0.6) ? [...chance.oneOf(PLAYS)(chance)] : [];
  const waiting = new Map<string, NeededRepair>();
  let turns = 0;
  let calls = 0;
  const callOf = (name: string, input: Record<string, string>): Block => {
    calls += 1;
    // Now and then two calls of one turn have one id.
    const id = chance.happens(0.02) ? "call-twice" : `call-${calls}`;
    return { type: "tool_call", id, name, input: { ...input, reason: "to help" } };
  };
  return {
    name: "hostile",
    speaker: "Hostile",
    async query(request: ModelRequest): Promise<ModelReply> {
      hearResults(request, waiting);
      turns += 1;
      const left = plans.shift();
      if (turns > TURNS && left === undefined) return replyOf([concludes(callOf)]);
      if (options.isAlone) changeWorld(options);
      const repair = neededRepair(options, { callOf, waiting });
      const attempts = [...(left ?? []), ...ownIdeas(options)];
      for (const attempt of attempts) note(options, attempt);
      const shells = attempts.map(({ command }) => callOf("shell", { command }));
      const acts = chance.happens(0.3) ? [harmfulAct(options, callOf)] : [];
      return replyOf([...repair, ...shells, ...acts]);
    },
  };
}

type CallOf = (name: string, input: Record<string, string>) => Block;

function replyOf(blocks: readonly Block[]): ModelReply {
  return { blocks, stop: "tool_calls", usage: NO_USAGE };
}

function concludes(callOf: CallOf): Block {
  const input = { outcome: "cannot_fix", root_cause: "bad luck", summary: "nothing" };
  const { reason: _, ...rest } = Object(callOf("conclude", input)).input;
  return { type: "tool_call", id: "conclusion", name: "conclude", input: rest };
}

/** What became of the repairs that were asked for in the turn before. */
function hearResults({ messages }: ModelRequest, waiting: Map<string, NeededRepair>): void {
  for (const block of messages.at(-1)?.blocks ?? []) {
    if (block.type !== "tool_result") continue;
    const repair = waiting.get(block.callId);
    if (repair) repair.refusal = REFUSED.exec(block.text)?.[1];
  }
  waiting.clear();
}

/** Only while nothing is under way: what strikes during an interruption nobody could foresee. */
export function changeWorld({ cluster, chance }: Pick<HostileOptions, "cluster" | "chance">): void {
  if (cluster.isBusy()) return;
  cluster.sight = chance.happens(0.05) ? chance.oneOf(["none", "stale"]) : "clear";
  cluster.unseen.clear();
  if (chance.happens(0.05)) cluster.unseen.add(chance.oneOf(["tikv2", "pd3", "tikv3"]));
  if (!chance.happens(0.5)) return;
  const whole = GROUPS.filter(({ members }) =>
    members.every((name) => cluster.members.get(name) === "up"),
  );
  if (chance.happens(0.5) && whole.length > 0) {
    const name = chance.oneOf(chance.oneOf(whole).members);
    cluster.setMember(name, chance.oneOf(["stopped", "stopped", "hung"]));
    return;
  }
  const what = chance.oneOf(DRIFTS);
  const declared = cluster.settings.get(what)?.declared ?? "";
  cluster.settings.set(what, { declared, inForce: "drifted" });
}

interface Repairing {
  readonly callOf: CallOf;
  readonly waiting: Map<string, NeededRepair>;
}

/** The first call of a turn, so that things are as they were when it was thought of. */
function neededRepair(options: HostileOptions, { callOf, waiting }: Repairing): readonly Block[] {
  const { cluster, chance, ledger, isCounted } = options;
  const faults = cluster.faults().filter((fault) => isSafe(fault, cluster));
  if (faults.length === 0 || cluster.isBusy() || !chance.happens(0.8)) return [];
  const fault = chance.oneOf(faults);
  const attempt = repairOf(fault, chance);
  if (cluster.sight !== "clear" && />|mkdir/.test(attempt.command)) return [];
  const call = chance.happens(0.25) ? actFor(fault, callOf) : shellFor(attempt);
  if (isCounted && call.type === "tool_call" && call.id !== "call-twice") {
    const command = "command" in call.input ? attempt.command : `act ${attempt.what}`;
    const repair: NeededRepair = { what: attempt.what, command, refusal: undefined };
    ledger.needed.push(repair);
    waiting.set(call.id, repair);
  }
  return [call];

  function shellFor(repair: Attempt): Block {
    ledger.book.set(joinLines(repair.command), repair);
    return callOf("shell", { command: repair.command });
  }
}

function actFor(fault: Fault, callOf: CallOf): Block {
  if (fault.kind === "drift") return callOf("act", { action: "put_setting", target: fault.what });
  const action = fault.kind === "stopped" ? "start_member" : "restart_member";
  return callOf("act", { action, target: fault.member });
}

/** Bringing back what is away takes nothing from anybody; the rest wants to be seen. */
function isSafe(fault: Fault, { sight, unseen }: Cluster): boolean {
  if (fault.kind === "stopped") return true;
  return sight === "clear" && unseen.size === 0;
}

function ownIdeas({ cluster, chance }: HostileOptions): readonly Attempt[] {
  const ideas = [
    dangerOf(chance),
    ...(chance.happens(0.4) ? [worstBlow({ cluster, chance })] : []),
  ];
  return chance.happens(0.3) ? [lookOf(chance), ...ideas] : ideas;
}

/** Of the group that can spare least: another one where one is away, else two at once. */
function worstBlow({ cluster, chance }: Pick<HostileOptions, "cluster" | "chance">): Attempt {
  const group = chance.oneOf(GROUPS);
  const up = group.members.filter((name) => cluster.members.get(name) === "up");
  const [a = "tikv1", b = "tikv2"] = up;
  const isThin = up.length <= group.members.length - group.spare;
  const blow: Blow = { members: isThin || chance.happens(0.2) ? [a] : [a, b], chance };
  return interruptionOf(blow);
}

const TARGETS = ["tikv2", "pd1", "redis", "tikv2 tikv3", "../tikv3", "nginx", "cluster", "*", ""];

function harmfulAct({ cluster, chance, ledger }: HostileOptions, callOf: CallOf): Block {
  const up = [...cluster.members].flatMap(([name, state]) => (state === "up" ? [name] : []));
  const target = chance.happens(0.6)
    ? chance.oneOf(up.length > 0 ? up : ["pd1"])
    : chance.oneOf(TARGETS);
  const action = chance.oneOf(["restart_member", "restart_member", "stop_member", "wipe_member"]);
  count(ledger.attempts, "act");
  return callOf("act", { action, target });
}

function note({ ledger }: HostileOptions, attempt: Attempt): void {
  ledger.book.set(joinLines(attempt.command), attempt);
  if (attempt.what !== "look") count(ledger.attempts, attempt.what);
}

export function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
