// Asks PD, whichever member answers. They are asked in turn, the next one as soon as one fails or
// takes its share of the deadline, so that a paused member does not use up all of it.
import type { Reading } from "../../../src/domain/observation.ts";
import { type ProbeContext, readUrl } from "./probe.ts";

export interface PdQuestion<T> {
  /** Base URLs, the most promising first. */
  readonly urls: readonly string[];
  /** From the root: `/pd/api/v1/stores`. */
  readonly path: string;
  /** Throws when the answer cannot be used: the next member is asked. */
  readonly parse: (text: string) => T;
}

/** The first answer that parses; failed, with every member's reason, when there is none in time. */
export function askPd<T>(context: ProbeContext, question: PdQuestion<T>): Promise<Reading<T>> {
  const { clock, deadlineMs } = context;
  const staggerMs = Math.ceil(deadlineMs / (question.urls.length + 1));
  const turn = { context, endsAtMs: clock.elapsed() + deadlineMs, staggerMs };
  return askInTurn(turn, question);
}

interface Turn {
  readonly context: ProbeContext;
  readonly endsAtMs: number;
  readonly staggerMs: number;
}

async function askInTurn<T>(turn: Turn, question: PdQuestion<T>): Promise<Reading<T>> {
  const { clock, signal } = turn.context;
  const [url, ...others] = question.urls;
  if (url === undefined) {
    return { state: "failed", reason: "no PD member is known", atMs: clock.now() };
  }
  const answer = askOne(turn, { url, ...question });
  if (others.length === 0) return answer;
  const early = await Promise.race([answer, clock.sleep(turn.staggerMs, signal)]);
  if (early?.state === "read") return early;
  return firstRead([answer, askInTurn(turn, { ...question, urls: others })]);
}

async function askOne<T>(
  { context, endsAtMs }: Turn,
  { url, path, parse }: PdQuestion<T> & { readonly url: string },
): Promise<Reading<T>> {
  const deadlineMs = Math.max(1, endsAtMs - context.clock.elapsed());
  const reading = await readUrl({ ...context, deadlineMs }, { url: `${url}${path}`, parse });
  if (reading.state === "read") return reading;
  return { ...reading, reason: `${new URL(url).host}: ${reading.reason}` };
}

async function firstRead<T>(
  both: readonly [Promise<Reading<T>>, Promise<Reading<T>>],
): Promise<Reading<T>> {
  const first = await Promise.race(both);
  if (first.state === "read") return first;
  const [mine, theirs] = await Promise.all(both);
  if (mine.state === "read") return mine;
  if (theirs.state === "read") return theirs;
  return { ...theirs, reason: `${mine.reason}; ${theirs.reason}` };
}
