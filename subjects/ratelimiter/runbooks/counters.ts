// One tenant's keys in Redis put right: entries from the future, a limit without an end, a counter
// without an expiry. Only the keys that are named as broken are touched.
import { diagnose } from "../../../src/runbooks/diagnosis.ts";
import { change, changeAll, repairIfViolated, type Seen } from "../../../src/runbooks/repair.ts";
import {
  type Ending,
  lineOf,
  type SeenVerdict,
  type Steps,
  tryTwice,
} from "../../../src/runbooks/steps.ts";
import { namesIn } from "./evidence.ts";

export const dropWhatIsAhead = tryTwice((ticket) => repairIfViolated(ticket, dropAhead));
export const restoreDeclaredLimit = tryTwice((ticket) => repairIfViolated(ticket, restoreLimit));
export const restoreExpiry = tryTwice((ticket) => repairIfViolated(ticket, expireAgain));

/** What somebody wrote there by hand is kept nowhere else: a person decides. */
const ADVICE_ON_MISFIT =
  "Find who wrote that key, look at what it holds and keep that, then delete this one key: until " +
  "then every check of its tenant is refused.";

function isMisfit({ evidence }: SeenVerdict): boolean {
  return typeof evidence.key_type === "string";
}

/** What is dated ahead leaves too late, whoever wrote it and whether it was granted or not. */
export function* dropAhead({ ticket, own }: Seen): Steps<Ending> {
  if (isMisfit(own)) return yield* diagnose(ticket, ADVICE_ON_MISFIT);
  const { dated_ahead: ahead, keys } = own.evidence;
  const isAhead = typeof ahead === "number" && ahead > 0;
  const changes = (isAhead ? namesIn(keys) : []).map((key) => ({
    rootCause: `The counter of ${key} held ${ahead} entries dated ahead of Redis's clock.`,
    action: "reset_counter",
    target: key,
    thought: `What lies ahead in ${key} would not leave its window: I date it, so that it does.`,
    reason: lineOf(own.reason),
  }));
  const advice = "What a window holds leaves it by itself: find who writes or removes entries.";
  return yield* changeAll(ticket, { changes, advice });
}

/** An override until a stated time is a decision; one that never ends is a left-over. */
export function* restoreLimit({ ticket, own }: Seen): Steps<Ending> {
  if (isMisfit(own)) return yield* diagnose(ticket, ADVICE_ON_MISFIT);
  const { key, limit, set_by: setBy } = own.evidence;
  if (typeof key !== "string") {
    return yield* diagnose(ticket, "Put the declared limits file back at the nodes that differ.");
  }
  return yield* change({
    rootCause: `${key} was overridden with ${limit} by ${setBy ?? "somebody"}, without an end.`,
    action: "restore_limit",
    target: key,
    thought: `The override of ${key} says no end, so nobody made it by the API: I remove it.`,
    reason: lineOf(own.reason),
  });
}

function* expireAgain({ ticket, own }: Seen): Steps<Ending> {
  const changes = namesIn(own.evidence.keys).map((key) => ({
    rootCause: `The counter of ${key} had lost its expiry.`,
    action: "set_ttl",
    target: key,
    thought: `The counter of ${key} would stay for ever: I give it its window's expiry again.`,
    reason: lineOf(own.reason),
  }));
  return yield* changeAll(ticket, { changes, advice: "Which counters these are was not told." });
}
