// Answers the loop's questions from a record, each when its turn has come, and notices the first
// question that is not the one that was asked then.
import type { RecordedError } from "../agent/recording/entries.ts";
import { type ErrorCode, OperatorError } from "../domain/errors.ts";
import { canonicalJson, type Json } from "../domain/json.ts";
import { ModelError, type ModelFailure } from "../domain/model.ts";
import type { AnswerArrival, SessionRecord } from "./read-record.ts";

export interface Difference {
  /** What the loop was doing: "question 3 of query", "audit row 17". */
  readonly where: string;
  /** Null where one side had nothing. */
  readonly recorded: Json;
  readonly replayed: Json;
}

/** Ends the loop where the record ends, or where it is left; said to nobody. */
class Stopped extends Error {
  override readonly name = "Stopped";
}

interface Waiting {
  readonly kind: string;
  readonly number: number;
  readonly resolve: (value: Json) => void;
  readonly reject: (error: Error) => void;
}

export class Player {
  readonly #record: SessionRecord;
  readonly #asked = new Map<string, number>();
  readonly #told = new Map<string, number>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #stop = new AbortController();
  readonly #lease = new AbortController();
  #difference: Difference | undefined;
  #questions = 0;

  constructor(record: SessionRecord) {
    this.#record = record;
  }

  /** The agent's signal, as it was. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get leaseSignal(): AbortSignal {
    return this.#lease.signal;
  }

  get difference(): Difference | undefined {
    return this.#difference;
  }

  get questions(): number {
    return this.#questions;
  }

  loseLease(reason: string): void {
    this.#lease.abort(reason);
  }

  /** Throws where the record has another question, or none. */
  told(kind: string, question: Json = null): Json {
    const number = this.#count(this.#told, kind);
    const told = this.#record.told.get(kind)?.[number - 1];
    const where = `answer ${number} of ${kind}`;
    this.#compare(where, told?.question, question);
    if (!told || this.#difference) throw new Stopped("the replay ends here");
    return told.answer;
  }

  /** Settles when the record comes to its answer; never, where the record has another question. */
  asked(kind: string, question: Json, signal?: AbortSignal): Promise<Json> {
    const number = this.#count(this.#asked, kind);
    this.#compare(`question ${number} of ${kind}`, this.#questionOf(kind, number), question);
    return new Promise((resolve, reject) => {
      if (this.#difference) return;
      if (signal?.aborted) return resolve(null);
      const key = `${kind} ${number}`;
      this.#waiting.set(key, { kind, number, resolve, reject });
      signal?.addEventListener("abort", () => {
        this.#waiting.delete(key);
        resolve(null);
      });
    });
  }

  /** What the loop wrote, beside what stands in the record. */
  compare(where: string, recorded: Json | undefined, replayed: Json): void {
    this.#compare(where, recorded, replayed);
  }

  /** Plays to the end of the record, or to the first difference. `session` is the loop, begun. */
  async play(session: Promise<void>): Promise<void> {
    const loop = { isOver: false };
    const end = session.then(
      () => undefined,
      (error: unknown) => this.#fail(error),
    );
    void end.then(() => {
      loop.isOver = true;
    });
    for (const arrival of this.#record.arrivals) {
      await settled();
      if (this.#difference) return;
      if (arrival.type === "answer") this.#answer(arrival);
      else if (arrival.type === "aborted") this.#stop.abort(arrival.reason);
      else this.#lease.abort(arrival.reason);
    }
    await settled();
    if (!this.#difference && this.#record.isWhole) this.#checkEnd(loop.isOver);
  }

  #answer({ kind, number, answer }: AnswerArrival): void {
    const key = `${kind} ${number}`;
    const waiting = this.#waiting.get(key);
    if (!waiting) {
      const question = this.#questionOf(kind, number) ?? null;
      this.#differ(`question ${number} of ${kind}`, question, this.#waitingFor());
      return;
    }
    this.#waiting.delete(key);
    if ("value" in answer) waiting.resolve(answer.value);
    else waiting.reject(errorOf(answer.error));
  }

  #checkEnd(isOver: boolean): void {
    if (!isOver) this.#differ("the end of the session", "the session ended", this.#waitingFor());
    for (const [kind, questions] of this.#record.questions) {
      const asked = this.#asked.get(kind) ?? 0;
      if (asked >= questions.length) continue;
      this.#compare(`question ${asked + 1} of ${kind}`, questions[asked], null);
    }
  }

  #fail(error: unknown): void {
    if (error instanceof Stopped) return;
    const message = error instanceof Error ? error.message : String(error);
    this.#differ("the loop", "it went on", `it failed: ${message}`);
  }

  #compare(where: string, recorded: Json | undefined, replayed: Json): void {
    if (recorded === undefined && !this.#record.isWhole) return;
    if (recorded !== undefined && canonicalJson(recorded) === canonicalJson(replayed)) return;
    this.#differ(where, recorded ?? null, replayed);
  }

  /** The first one counts: what comes after it follows from it. */
  #differ(where: string, recorded: Json, replayed: Json): void {
    this.#difference ??= { where, recorded, replayed };
  }

  #questionOf(kind: string, number: number): Json | undefined {
    return this.#record.questions.get(kind)?.[number - 1];
  }

  #waitingFor(): Json {
    return [...this.#waiting.values()]
      .filter(({ kind }) => kind !== "sleep")
      .map(({ kind, number }) => `waits for answer ${number} of ${kind}`);
  }

  #count(counts: Map<string, number>, kind: string): number {
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    this.#questions += 1;
    return number;
  }
}

/** Everything that follows from what has come so far has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** As the loop tells them apart. The names are what this program itself has recorded. */
function errorOf({ of, code, message, retryAfterMs }: RecordedError): Error {
  if (of === "operator") return new OperatorError(code as ErrorCode, message);
  if (of === "model") return new ModelError(code as ModelFailure, message, retryAfterMs);
  return new Error(message);
}
