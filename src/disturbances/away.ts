// Members that the runtime knows to be away. Its word is definite, and it is there in milliseconds:
// so nothing that waits for the answer of one that is dead holds it up.
import type { Clock } from "../domain/clock.ts";
import { type Observation, readValue } from "../domain/observation.ts";
import { type Opinion, violated } from "../domain/opinion.ts";
import type { MemberState } from "../domain/runtime.ts";
import type { RuntimeWord } from "./look.ts";

export interface HurryOptions {
  readonly told: Promise<RuntimeWord>;
  /** The observation before; undefined when this is the first. */
  readonly before: RuntimeWord | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface Hurry extends Disposable {
  /** Of the look's questions: aborts with the look's own, or when there is no time for more. */
  readonly signal: AbortSignal;
}

/** Who is well answers in a few milliseconds; the others are asked again at the next look. */
const OTHERS_WITHIN_MS = 250;

/**
 * Ends the questions of a look that learns from the runtime that a member has just gone: PD waits
 * for a new leader before it answers, Redis's clients for Redis. What was cut off is a failed read.
 */
export function hurryWhenOneIsGone({ told, before, clock, signal }: HurryOptions): Hurry {
  const isOver = new AbortController();
  const isLate = new AbortController();
  const watch = async () => {
    if (!isOneNewlyGone(await told, before)) return;
    await clock.sleep(OTHERS_WITHIN_MS, AbortSignal.any([signal, isOver.signal]));
    if (!isOver.signal.aborted) isLate.abort();
  };
  void watch();
  return {
    signal: AbortSignal.any([signal, isLate.signal]),
    [Symbol.dispose]: () => isOver.abort(),
  };
}

/**
 * What follows of the runtime's word on a member that did not answer and is in one of `states`;
 * undefined when it is not known to be away for good, and its silence has to speak for itself.
 */
export function judgeAway(
  { away }: Pick<Observation, "away">,
  { name, states }: { readonly name: string; readonly states: readonly MemberState[] },
): Opinion | undefined {
  const known = (away && readValue(away)) ?? [];
  const found = known.find((one) => one.name === name);
  if (!found?.isDefinite || !states.includes(found.state)) return undefined;
  const { state, reason } = found;
  return { ...violated(reason, { container: state }), isDefinite: true };
}

function isOneNewlyGone({ away }: RuntimeWord, before: RuntimeWord | undefined): boolean {
  const earlier = before?.away && readValue(before.away);
  if (!earlier) return false;
  const now = (away && readValue(away)) ?? [];
  return now.some(({ name }) => earlier.every((one) => one.name !== name));
}
