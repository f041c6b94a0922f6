// Collects the entries of one session, and hands them on in parts.
import { OperatorError } from "../../domain/errors.ts";
import { canonicalJson, type Json } from "../../domain/json.ts";
import { ModelError } from "../../domain/model.ts";
import { type Answer, type Entry, type RecordedError, toJson } from "./entries.ts";

/** A part of more entries is handed on even in the middle of a turn: while a person is awaited. */
const ENTRIES_MAX = 1_000;

export class Tape {
  #entries: Entry[] = [];
  readonly #asked = new Map<string, number>();
  readonly #last = new Map<string, string>();
  readonly #handOn: (entries: readonly Entry[]) => Promise<void>;

  constructor(handOn: (entries: readonly Entry[]) => Promise<void>) {
    this.#handOn = handOn;
  }

  note(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** An answer that is there at once. */
  told<T>(kind: string, question: Json, answer: T): T {
    this.note(["told", kind, question, toJson(answer)]);
    return answer;
  }

  /** The question now, its answer or its failure when it comes. Settles as `ask` does. */
  async asked<T>(kind: string, asking: Asking<T>): Promise<T> {
    const { question, ask, keep = toJson } = asking;
    if (this.#entries.length >= ENTRIES_MAX) await this.handOn();
    const number = (this.#asked.get(kind) ?? 0) + 1;
    this.#asked.set(kind, number);
    this.note(["asked", kind, question]);
    try {
      const value = await ask();
      if (asking.isVoid?.() !== true) this.#answered(kind, number, { value: keep(value) });
      return value;
    } catch (error) {
      this.#answered(kind, number, { error: recordedError(error) });
      throw error;
    }
  }

  async handOn(): Promise<void> {
    const entries = this.#entries;
    this.#entries = [];
    await this.#handOn(entries);
  }

  /** Whoever waits looks again and again, and mostly sees the same. */
  #answered(kind: string, number: number, answer: Answer): void {
    const text = canonicalJson(answer);
    const isSame = this.#last.get(kind) === text;
    this.#last.set(kind, text);
    this.note(["answered", kind, number, isSame ? "=" : answer]);
  }
}

export interface Asking<T> {
  readonly question: Json;
  readonly ask: () => Promise<T>;
  /** What is kept of the answer; all of it when absent. */
  readonly keep?: (value: T) => Json;
  /** The answer followed from the question alone: a sleep that its own signal ended. */
  readonly isVoid?: () => boolean;
}

function recordedError(error: unknown): RecordedError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof OperatorError) return { of: "operator", code: error.code, message };
  if (!(error instanceof ModelError)) return { of: "other", code: "", message };
  const { failure, retryAfterMs } = error;
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { of: "model", code: failure, message, ...wait };
}
