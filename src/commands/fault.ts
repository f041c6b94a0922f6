// operator fault list | inject | heal | recover: breaks a subject that runs here, on purpose, and
// mends it again. A fault is on file before it strikes.
import { loadSubject } from "../../subjects/index.ts";
import { OperatorError } from "../domain/errors.ts";
import type { FaultPlan } from "../domain/fault.ts";
import type { SubjectDefinition } from "../domain/subject.ts";
import {
  type FaultEntry,
  type FaultLedger,
  oneFaultAtATime,
  readLedger,
} from "../faults/ledger.ts";
import {
  checkStrikes,
  type FaultHands,
  type HealedFault,
  healFault,
  injectFault,
  recoverFaults,
} from "../faults/strike.ts";
import { seededRandom } from "../infra/clock.ts";
import { tableLines } from "../panels/table.ts";
import { formatTime } from "../panels/units.ts";
import { subjectPaths } from "../runtimes/local/layout.ts";
import { notUp } from "../runtimes/local/member.ts";
import { openRuntime } from "../runtimes/open.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { wasSeenOver } from "./fault-over.ts";
import {
  brokerOf,
  chooseFrom,
  homeOf,
  numberFlag,
  parseId,
  refuseSurplus,
  usage,
} from "./flags.ts";
import { printEither } from "./tickets-json.ts";

interface FaultCall {
  readonly context: CommandContext;
  readonly definition: SubjectDefinition;
  /** The word after the subject. */
  readonly word: string | undefined;
}

const VERBS = { list, inject, heal, recover } satisfies Record<
  string,
  (call: FaultCall) => Promise<ExitCode>
>;
const VERB_NAMES = ["list", "inject", "heal", "recover"] as const;
const PROBE_DEADLINE_MS = 1_000;
const SEED_MAX = 2 ** 32 - 1;

export async function runFault(context: CommandContext, load = loadSubject): Promise<ExitCode> {
  const [verbWord, subject, word] = context.words;
  if (verbWord === undefined) throw usage(`fault needs a verb: one of ${VERB_NAMES.join(", ")}`);
  const verb = chooseFrom(verbWord, VERB_NAMES, "verb of fault");
  const takesWord = verb === "inject" || verb === "heal";
  refuseSurplus(context.words, { max: takesWord ? 3 : 2, after: "fault" });
  if (subject === undefined) {
    throw usage(`fault ${verb} needs a subject`, `operator fault ${verb} tikv`);
  }
  if (verb !== "list") checkNoBroker(verb, context);
  return VERBS[verb]({ context, definition: await load(subject), word });
}

/** It breaks nothing, and what is in force is on file where it was injected. */
function checkNoBroker(verb: string, context: CommandContext): void {
  const broker = brokerOf(context);
  if (broker === undefined) return;
  throw usage(
    `fault ${verb} is not offered by the broker at ${broker}`,
    "faults are injected and healed where the engine is, without OPERATOR_BROKER",
  );
}

/** Where the faults of a subject are on record; it goes with the subject. */
export function faultLedgerOf(
  context: Pick<CommandContext, "env" | "clock">,
  subject: string,
): FaultLedger {
  return { path: subjectPaths(homeOf(context), subject).faults, clock: context.clock };
}

/** Which faults there are, and which are in force. */
async function list({ context, definition }: FaultCall): Promise<ExitCode> {
  const { name, faults } = definition;
  const entries = await readLedger(faultLedgerOf(context, name));
  const known = faults.map(({ name: fault, describes, runtime = null }) => ({
    name: fault,
    describes,
    runtime,
  }));
  printEither(context, {
    json: { subject: name, faults: known, ledger: entries.map(jsonOf) },
    lines: () => [
      ...tableLines(
        ["FAULT", "NEEDS", "WHAT IT DOES"],
        known.map(({ name: fault, runtime, describes }) => [
          fault,
          runtime === "docker" ? "containers" : "-",
          describes,
        ]),
      ),
      "",
      ...ledgerLines(entries),
    ],
  });
  return 0;
}

async function inject({ context, definition, word }: FaultCall): Promise<ExitCode> {
  const { name, faults } = definition;
  const names = faults.map((fault) => fault.name);
  if (word === undefined) throw usage(`fault inject needs a fault: one of ${names.join(", ")}`);
  const chosen = chooseFrom(word, names, "fault");
  const fault = faults.find((candidate) => candidate.name === chosen);
  if (!fault) throw new OperatorError("not_found", `${name} has no fault ${chosen}`);
  const { hands, subject } = await openHands(context, definition);
  checkStrikes(fault, subject.runtime?.name);
  const { flags, random, signal } = context;
  const seed = numberFlag(flags, "seed", { min: 0, max: SEED_MAX });
  const { id, plan } = await oneFaultAtATime(hands.ledger, async () => {
    const observation = await subject.observe({ probeDeadlineMs: PROBE_DEADLINE_MS, signal });
    const planned = fault.plan(observation, seed === undefined ? random : seededRandom(seed));
    return { id: await injectFault(hands, planned), plan: planned };
  });
  const undo = `operator fault heal ${name} ${id}`;
  printEither(context, {
    json: { id, ...jsonOfPlan(plan) },
    lines: () => [`fault #${id}: ${chosen} of ${plan.targets.join(", ")}; ${undo} takes it back`],
  });
  return 0;
}

async function heal({ context, definition, word }: FaultCall): Promise<ExitCode> {
  const id = parseId(word, "fault");
  const { hands } = await openHands(context, definition);
  const entries = await readLedger(hands.ledger);
  const entry = entries.find((candidate) => candidate.id === id);
  if (!entry) {
    throw new OperatorError("not_found", `no fault #${id} in the ledger of ${definition.name}`, {
      hint: `operator fault list ${definition.name}`,
    });
  }
  const left = await healFault(hands, entry);
  const json = { ...jsonOf({ ...entry, state: "healed" }), left: [...left] };
  printEither(context, { json, lines: () => healedLines({ entry, left }) });
  return 0;
}

/** Everything that is still in force, also after the one who injected it was killed. */
async function recover({ context, definition }: FaultCall): Promise<ExitCode> {
  const { hands } = await openHands(context, definition);
  const { healed, failed } = await recoverFaults(hands);
  printEither(context, {
    json: {
      healed: healed.map(({ entry }) => entry.id),
      left: healed.flatMap(({ entry, left }) => left.map((what) => ({ id: entry.id, what }))),
      failed: failed.map(({ entry, cause }) => ({ id: entry.id, cause })),
    },
    lines: () => [
      ...healed.flatMap(healedLines),
      ...failed.map(
        ({ entry, cause }) => `fault #${entry.id} is NOT healed (${sayPlan(entry.plan)}): ${cause}`,
      ),
      ...(healed.length + failed.length === 0 ? ["no fault is in force"] : []),
    ],
  });
  return failed.length === 0 ? 0 : 1;
}

async function openHands(context: CommandContext, definition: SubjectDefinition) {
  const { clock, self, signal } = context;
  const opened = await openRuntime({ definition, home: homeOf(context), self, clock });
  if (!opened) throw notUp(definition.name);
  const subject = definition.open({ ...opened, clock });
  const hands: FaultHands = {
    ledger: faultLedgerOf(context, definition.name),
    faults: definition.faults,
    context: { runtime: subject.runtime, signal, clock },
    wasOver: (entry, fault) => wasSeenOver(context, { ...entry, fault, subject: definition.name }),
  };
  return { hands, subject };
}

function ledgerLines(entries: readonly FaultEntry[]): readonly string[] {
  if (entries.length === 0) return ["no fault was injected"];
  const rows = entries.map(({ id, plan, state, atMs }) => [
    `#${id}`,
    state,
    formatTime(atMs),
    sayPlan(plan),
  ]);
  return tableLines(["ID", "STATE", "SINCE", "FAULT"], rows);
}

function healedLines({ entry, left }: HealedFault): readonly string[] {
  const { id, plan } = entry;
  const kept = left.map((what) => `  left as somebody has set it since: ${what}`);
  return [`fault #${id} healed: ${sayPlan(plan)}`, ...kept];
}

function sayPlan({ fault, targets }: FaultPlan): string {
  return `${fault} of ${targets.join(", ")}`;
}

function jsonOf({ id, plan, state, atMs, healedAtMs }: FaultEntry) {
  return { id, state, at_ms: atMs, healed_at_ms: healedAtMs, ...jsonOfPlan(plan) };
}

function jsonOfPlan({ fault, targets, details }: FaultPlan) {
  return { fault, targets: [...targets], details };
}
