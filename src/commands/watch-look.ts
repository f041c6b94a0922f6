// A watch's own eyes: one look after another at a subject that may come up, go down and come back.
import type { LiveMemory } from "../../demo/live/memory.ts";
import { tellLine } from "../../demo/live/memory.ts";
import { provenanceOf } from "../../demo/provenance.ts";
import { OperatorError } from "../domain/errors.ts";
import type { Observation } from "../domain/observation.ts";
import type { Subject } from "../domain/subject.ts";
import { fingerprintOf, type Verdict } from "../domain/verdict.ts";
import { countVerdicts, evaluate } from "../monitor/evaluate.ts";
import { summaryLine } from "../monitor/events.ts";
import type { OpenedSubject } from "./open-subject.ts";

const PROBE_DEADLINE_MS = 800;

export interface SubjectDoors {
  /** Rejects with code "database" while the tickets, which say what is declared, are locked. */
  readonly open: () => Promise<OpenedSubject>;
  /** Without them: who is there can be shown, and what should be is not known. */
  readonly openUndeclared: () => Promise<OpenedSubject>;
}

export class WatchLook {
  readonly #memory: LiveMemory;
  readonly #doors: SubjectDoors;
  #subject: Subject | undefined;
  #undeclared: Subject | undefined;
  /** What did not hold in the last look; undefined before the first. */
  #shown: string | undefined;

  constructor(memory: LiveMemory, doors: SubjectDoors) {
    this.#memory = memory;
    this.#doors = doors;
  }

  /** Rejects when the subject is not up, or nothing is to be seen: the old reading stays. */
  async look(signal: AbortSignal): Promise<void> {
    const subject = this.#subject ?? (await this.#openSubject());
    const isDeclared = subject === this.#subject;
    const look = await subject.observe({ probeDeadlineMs: PROBE_DEADLINE_MS, signal });
    if (signal.aborted) return;
    // Nobody answers: it may be another one, with other ports, that comes up next.
    if (!look.members.some(({ health }) => health === "up")) this.#forget();
    if (look.members.length === 0) throw new OperatorError("subject", "nobody answers");
    const memory = this.#memory;
    if (isDeclared) this.#tellVerdicts(subject, look);
    memory.lookBefore = memory.look;
    memory.look = look;
    memory.lookTrouble = undefined;
  }

  async #openSubject(): Promise<Subject> {
    try {
      this.#subject = this.#note(await this.#doors.open());
      return this.#subject;
    } catch (error) {
      if (!(error instanceof OperatorError && error.code === "database")) throw error;
      this.#undeclared ??= this.#note(await this.#doors.openUndeclared());
      return this.#undeclared;
    }
  }

  #note({ subject, topology }: OpenedSubject): Subject {
    this.#memory.provenance = provenanceOf(topology);
    return subject;
  }

  #forget(): void {
    this.#subject = undefined;
    this.#undeclared = undefined;
  }

  /** In the monitor's words, when something else holds than before. */
  #tellVerdicts({ invariants }: Subject, current: Observation): void {
    const previous = this.#memory.look;
    const verdicts = evaluate(invariants, { current, previous });
    const bad = verdicts.filter(({ state }) => state !== "holds");
    const shown = bad.map((verdict) => `${fingerprintOf(verdict)} ${verdict.state}`).join("\n");
    // Rates are unknown before there are two looks.
    if (!previous || shown === this.#shown) return;
    this.#shown = shown;
    const line = `[Seen] ${summaryOf(verdicts, { bad, look: current })}`;
    tellLine(this.#memory, { source: "monitor", line });
  }
}

function summaryOf(
  verdicts: readonly Verdict[],
  { bad, look }: { readonly bad: readonly Verdict[]; readonly look: Observation },
): string {
  const { startedAtMs, endedAtMs: atMs } = look;
  const durationMs = atMs - startedAtMs;
  const count = countVerdicts(verdicts);
  return summaryLine({ type: "observation", atMs, durationMs, count, verdicts: bad });
}
