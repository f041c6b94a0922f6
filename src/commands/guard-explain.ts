// What the guard says to one command or action, with everything that it was decided on: pure.
import { classifyCommand } from "../agent/guard/classify-command.ts";
import type { ClusterModel } from "../agent/guard/cluster.ts";
import { guard } from "../agent/guard/guard.ts";
import type { History } from "../agent/guard/history.ts";
import { joinLines } from "../agent/join-lines.ts";
import { type ActionCall, effectOfAction, troubleOfArgs } from "../domain/action.ts";
import type { Effect, GuardDecision } from "../domain/effect.ts";
import { chooseFrom, usage } from "./flags.ts";
import type { Surroundings } from "./guard-surroundings.ts";

/** With --json printed as it is, its keys in snake_case. */
export interface Explanation extends GuardDecision {
  /** The command line, or the action with its target. */
  readonly asked: string;
  readonly subject: string;
  readonly mode: string;
  readonly effects: readonly Effect[];
  readonly cluster: ClusterModel & { readonly source: Surroundings["source"] };
  readonly history: History;
  readonly policy: string | null;
  readonly notKnown: readonly string[];
}

const STRICTEST_FIRST = ["deny", "ask", "allow"] as const;

/**
 * One word is a command line. Of several nobody knows whether they are one, split at its spaces, or
 * words that a shell has taken out of their quotes: they are read both ways; the stricter counts.
 */
export function explainCommand(surroundings: Surroundings, words: readonly string[]): Explanation {
  const line = words.join(" ");
  const readings = words.length === 1 ? [joinLines(line)] : [words.map(quote).join(" "), line];
  const explained = [...new Set(readings)].map((command) => {
    const effects = classifyCommand(command, surroundings.knowledge);
    return explain(surroundings, { asked: command, effects });
  });
  const [strictest] = STRICTEST_FIRST.flatMap((decision) =>
    explained.filter((one) => one.decision === decision),
  );
  if (!strictest) throw usage("explain which command?");
  return strictest;
}

export interface TypedAction {
  readonly action: string;
  /** The target, and arguments behind it: `store=tikv1`. */
  readonly words: readonly string[];
}

/** Whether its precondition is met is another matter: that is looked at when it is to run. */
export function explainAction(surroundings: Surroundings, typed: TypedAction): Explanation {
  const { actions, notKnown } = surroundings;
  const names = actions.map(({ name }) => name);
  const name = chooseFrom(typed.action, names, "action");
  const [target, ...given] = typed.words;
  const action = actions.find((one) => one.name === name);
  const args = readArgs(given);
  if (!action || target === undefined || args === undefined) {
    throw usage(`${name} needs one target: ${action?.targets}; and its arguments as NAME=VALUE`);
  }
  const call = { target, args };
  const misfit = troubleOfArgs(action, call);
  if (misfit !== undefined) throw usage(misfit);
  const effect = effectOfAction(action, call);
  const asked = [effect.source, ...given].join(" ");
  const unknowns = [...notKnown, "its precondition: it is looked at when the action is to run"];
  return {
    ...explain(surroundings, { asked, effects: [effect], action: name }),
    notKnown: unknowns,
  };
}

/** Undefined where one is none, or stands there twice. */
function readArgs(words: readonly string[]): ActionCall["args"] | undefined {
  const pairs = words.map((word) => /^([^=]+)=(.*)$/s.exec(word)?.slice(1));
  const args = Object.fromEntries(pairs.flatMap((pair) => (pair ? [pair] : [])));
  return Object.keys(args).length === words.length ? args : undefined;
}

interface Asked {
  readonly asked: string;
  readonly effects: readonly Effect[];
  readonly action?: string;
}

function explain(surroundings: Surroundings, { asked, effects, action }: Asked): Explanation {
  const { subject, mode, cluster, source, history, policy, policyFile, nowMs } = surroundings;
  const asks = { effects, action, actions: surroundings.actions, subject, mode };
  const decided = guard({ ...asks, cluster, history, policy, nowMs });
  const about = { asked, subject, mode, effects, history, policy: policyFile };
  const { notKnown } = surroundings;
  return { ...decided, ...about, cluster: { ...cluster, source }, notKnown };
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
