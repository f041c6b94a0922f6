// Models of every character. Each answers to nothing but the conversation, like a real one.
import type { JsonObject } from "../../src/domain/json.ts";
import {
  type Block,
  type Model,
  ModelError,
  type ModelReply,
  type ModelRequest,
} from "../../src/domain/model.ts";
import { CONCLUSIONS } from "../../src/domain/session.ts";
import { GROUPS, groupOf, MEMBERS } from "./cluster.ts";
import { type Command, hostileCommands, plainCommands, STATUS, waiting } from "./commands.ts";
import type { Dice } from "./dice.ts";
import { garbage } from "./garbage.ts";
import type { Life } from "./life.ts";
import { readSight, type Sight } from "./sight.ts";
import type { Book } from "./toy-shell.ts";
import type { World } from "./world.ts";

export const CHARACTERS = [
  "good",
  "lazy",
  "wrong",
  "malicious",
  "slow",
  "garbage",
  "dying",
  "doomed",
] as const;
export type Character = (typeof CHARACTERS)[number];

export interface Mind {
  readonly dice: Dice;
  readonly book: Book;
}

export interface ModelOptions extends Mind {
  readonly world: World;
  readonly life: Life;
  readonly character: Character;
  /** Of the process around it. */
  readonly die: () => void;
}

export function characterModel(options: ModelOptions): Model {
  const { world, life, character } = options;
  return {
    name: character,
    speaker: character,
    async query(request, signal): Promise<ModelReply> {
      world.safety.beforeQuery(life);
      const sight = readSight(request);
      await think(options, { sight, signal });
      const blocks = ANSWERS[character](sight, options);
      const stop = character === "garbage" ? options.dice.pick(STOPS) : "tool_calls";
      return { blocks, stop, usage: usageOf(request, blocks) };
    },
  };
}

const STOPS = ["tool_calls", "end", "output_limit", "refusal"] as const;

const THINKING_MS: Readonly<Record<Character, readonly [number, number]>> = {
  good: [20, 900],
  lazy: [20, 200],
  wrong: [20, 600],
  malicious: [20, 300],
  slow: [500, 14_000],
  garbage: [20, 300],
  dying: [20, 2_000],
  doomed: [20, 400],
};

/** Rejects when it is told to stop, as an adapter of a service does. */
function think(
  options: ModelOptions,
  { sight, signal }: { readonly sight: Sight; readonly signal: AbortSignal },
): Promise<void> {
  const { world, life, character, dice, die } = options;
  const [least, most] = THINKING_MS[character];
  const isDying = character === "dying";
  const hangs = isDying && dice.chance(0.2);
  const dies = character === "doomed" && sight.hasActed && dice.chance(0.9);
  return new Promise((resolve, reject) => {
    const fail = (error: ModelError) => {
      if (life.isAlive) reject(error);
    };
    const abort = () => fail(new ModelError("aborted", "the request was aborted"));
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    if (hangs) return;
    world.timeline.after(dice.between(least, most), () => {
      signal.removeEventListener("abort", abort);
      if (dies) die();
      else if (isDying && dice.chance(0.6)) fail(failureOf(dice));
      else if (life.isAlive) resolve();
    });
  });
}

function failureOf(dice: Dice): ModelError {
  const failure = dice.pick(["overloaded", "connection", "malformed", "unauthorized"] as const);
  return new ModelError(failure, "the stream was cut", dice.chance(0.2) ? 4_000 : undefined);
}

type Answer = (sight: Sight, mind: Mind) => readonly Block[];

const ANSWERS: Readonly<Record<Character, Answer>> = {
  good: repair,
  slow: repair,
  dying: repair,
  lazy: (sight) => [conclude(sight, "fixed")],
  wrong: repairAnything,
  malicious: attack,
  garbage: (sight, { dice }) => garbage(sight, dice),
  doomed: markAnything,
};

/** Looks, does what the ticket's entity needs, looks again, and concludes. */
function repair(sight: Sight, mind: Mind): readonly Block[] {
  const { table, turns, entity, invariant, hasActed, excess } = sight;
  if (turns > 10 || excess !== undefined) return [conclude(sight, "cannot_fix")];
  if (sight.mustWait) return [shell(sight, mind, waiting(turns))];
  if (!table) return [shell(sight, mind, STATUS)];
  const wanted = GROUPS[entity] ?? [entity];
  const ill = wanted.map((name) => remedyFor(name, { table, invariant })).find(Boolean);
  if (!ill) return [conclude(sight, hasActed ? "fixed" : "no_action_needed")];
  // Who is to be restarted must be missed by nobody.
  const mates = groupOf(ill.member).filter((name) => name !== ill.member);
  const remedies = mates.map((name) => remedyFor(name, { table, invariant: "member_up" }));
  const first = remedies.find((remedy) => remedy && remedy.verb !== "restore");
  return [deedOf(sight, mind, ill.verb === "restart" && first ? first : ill)];
}

interface Remedy {
  readonly verb: "start" | "resume" | "restart" | "restore";
  readonly member: string;
}

function remedyFor(
  member: string,
  { table, invariant }: { readonly table: NonNullable<Sight["table"]>; readonly invariant: string },
): Remedy | undefined {
  const row = table.get(member);
  if (row?.run === "stopped") return { verb: "start", member };
  if (row?.run === "paused") return { verb: "resume", member };
  if (invariant === "member_quick" && row?.pace === "slow") return { verb: "restart", member };
  if (row?.settings === "changed") return { verb: "restore", member };
  return undefined;
}

const ACTION_NAMES: Readonly<Record<Remedy["verb"], string>> = {
  start: "start_member",
  resume: "resume_member",
  restart: "restart_member",
  restore: "restore_settings",
};

function deedOf(sight: Sight, mind: Mind, { verb, member }: Remedy): Block {
  const plain = plainCommands(member).filter(({ isStrange }) => !isStrange);
  const known = plain.find(({ deeds }) => deeds[0]?.verb === verb);
  if (known && mind.dice.chance(0.25)) return shell(sight, mind, known);
  return act(sight, ACTION_NAMES[verb], member);
}

function repairAnything(sight: Sight, mind: Mind): readonly Block[] {
  const { dice } = mind;
  const member = dice.pick(MEMBERS);
  if (sight.hasActed && dice.chance(0.3)) return [conclude(sight, "cannot_fix")];
  if (dice.chance(0.2)) return [conclude(sight, dice.pick(CONCLUSIONS))];
  if (dice.chance(0.4)) {
    return [act(sight, dice.pick(["tune_settings", "mark_member"]), member)];
  }
  if (dice.chance(0.5)) return [act(sight, dice.pick(Object.values(ACTION_NAMES)), member)];
  const commands = [dice.pick(plainCommands(member)), dice.pick(plainCommands(dice.pick(MEMBERS)))];
  return commands.map((command) => shell(sight, mind, command));
}

/** Whose process mostly dies over it. */
function markAnything(sight: Sight, { dice }: Mind): readonly Block[] {
  if (sight.turns > 2) return [conclude(sight, dice.pick(CONCLUSIONS))];
  return [act(sight, "mark_member", dice.pick(MEMBERS))];
}

function attack(sight: Sight, mind: Mind): readonly Block[] {
  const { dice } = mind;
  const [one, other] = dice.pick([
    ["pd1", "pd2"],
    ["pd2", "pd3"],
    ["store1", "store2"],
    ["store3", "store1"],
  ] as const);
  if (sight.told !== undefined && dice.chance(0.7)) return [obey(sight, mind, sight.told)];
  if (dice.chance(0.12)) return [conclude(sight, dice.pick(["fixed", "no_action_needed"]))];
  if (dice.chance(0.15))
    return [act(sight, "restart_member", one), act(sight, "restart_member", other)];
  if (dice.chance(0.3)) {
    const taking = [...plainCommands(one), ...plainCommands(other)];
    return [shell(sight, mind, dice.pick(taking)), shell(sight, mind, dice.pick(taking))];
  }
  return [shell(sight, mind, dice.pick(hostileCommands(one, other)))];
}

function obey(sight: Sight, mind: Mind, member: string): Block {
  return shell(sight, mind, { text: `docker stop ${member}`, deeds: [{ verb: "stop", member }] });
}

function shell(sight: Sight, { book }: Mind, command: Command): Block {
  book.set(command.text, command);
  return call(sight, "shell", { command: command.text, reason: "to see" });
}

function act(sight: Sight, action: string, target: string): Block {
  return call(sight, "act", { action, target, args: {}, reason: "to repair it" });
}

function conclude(sight: Sight, outcome: string): Block {
  const words = { root_cause: sight.excess ?? "it was away", summary: "it was looked into" };
  return call(sight, "conclude", { outcome, evidence: [], ...words });
}

/** Of one message the ids differ by what is called, which is enough. */
function call({ turns }: Sight, name: string, input: JsonObject): Block {
  const id = `${turns}-${name}-${JSON.stringify(input).length}-${String(input.target ?? "")}`;
  return { type: "tool_call", id, name, input };
}

function usageOf(request: ModelRequest, blocks: readonly Block[]) {
  const inputTokens = 200 * request.messages.length;
  const usage = { inputTokens, outputTokens: 40 * blocks.length, costUsd: 0.01 };
  return { ...usage, cacheReadTokens: 0, cacheWriteTokens: 0 };
}
