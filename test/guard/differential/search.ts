// Runs lines, as far as the guard would let them run, in each shell; what differs is made as short
// as it goes while it still differs.
import { classifyCommand } from "../../../src/agent/guard/classify-command.ts";
import type { CommandKnowledge } from "../../../src/agent/guard/scope.ts";
import { isRefused } from "../../../src/domain/effect.ts";
import { KNOWLEDGE } from "../worst-effect.ts";
import { findDifference } from "./compare.ts";
import type { Jail } from "./jail.ts";
import type { NamedLine } from "./lines.ts";
import { shrink } from "./shrink.ts";

export interface Finding {
  /** `seed 12`, `document 3`. */
  readonly name: string;
  readonly shell: Jail["shell"];
  /** As it was given. */
  readonly line: string;
  readonly shortest: string;
  /** What it did that the guard had not read. */
  readonly difference: string;
  readonly isUnheld: boolean;
}

export interface SearchReport {
  readonly lines: number;
  /** How often one was run, in some shell. */
  readonly runs: number;
  /** How many of those called a program. */
  readonly busy: number;
  readonly findings: readonly Finding[];
}

export interface Search {
  readonly lines: Iterable<NamedLine>;
  readonly jails: readonly Jail[];
  readonly onFinding?: (finding: Finding) => void;
  /** How the line as a whole is read: a guard that errs is found out. */
  readonly classify?: Classify;
}

type Classify = typeof classifyCommand;

export async function search(search: Search): Promise<SearchReport> {
  const { jails, onFinding, classify = classifyCommand } = search;
  const findings: Finding[] = [];
  let lines = 0;
  let runs = 0;
  let busy = 0;
  for (const { name, line, isUnheld } of search.lines) {
    lines += 1;
    const knowledge = { ...KNOWLEDGE, isUnheld };
    if (isRefused(classify(line, knowledge))) continue;
    const tries = jails.map(async (jail) => {
      const place = { jail, knowledge, classify };
      const { difference, calls } = await tryOut(line, place);
      runs += 1;
      busy += calls > 0 ? 1 : 0;
      if (difference === undefined) return;
      const differs = async (text: string) => (await tryOut(text, place)).difference !== undefined;
      const shortest = await shrink(line, differs);
      const finding = { ...{ name, shell: jail.shell, line, shortest, isUnheld }, difference };
      findings.push(finding);
      onFinding?.(finding);
    });
    await Promise.all(tries);
  }
  return { lines, runs, busy, findings };
}

interface Place {
  readonly jail: Jail;
  readonly knowledge: CommandKnowledge;
  readonly classify: Classify;
}

/** What the guard refuses is not run, and cannot differ. */
async function tryOut(line: string, { jail, knowledge, classify }: Place) {
  const effects = classify(line, knowledge);
  if (isRefused(effects)) return { difference: undefined, calls: 0 };
  const run = await jail.run(line);
  if (!run) return { difference: "it ended, or kept, whoever ran it", calls: 0 };
  return { difference: findDifference({ line, effects, knowledge }, run), calls: run.calls.length };
}
