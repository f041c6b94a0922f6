// Takes secrets out of text before it leaves the process: to the model, to a line, to the audit.
import { canonicalJson, type Json, type JsonObject } from "../domain/json.ts";
import type { BoundedOutput } from "../domain/shell.ts";
import { REDACTED, withoutGiven, withoutGivenBegun, withoutGivenLeft } from "./given-lists.ts";
import { formsOf } from "./secret-forms.ts";
import { SECRET_PATTERNS } from "./secret-patterns.ts";

export type Redact = (text: string) => string;

/** Shorter values are words of the language rather than secrets. */
const SECRET_LENGTH_MIN = 6;

/** Two are the rule: what has been redacted stays as it is, or a record would not be replayed. */
const PASSES_MAX = 20;

/** `secrets` are values that must not appear, whatever they look like, nor as others write them. */
export function createRedactor(secrets: readonly string[]): Redact {
  const known = secrets.map((secret) => secret.trim());
  const values = [...new Set(known)]
    .filter((value) => value.length >= SECRET_LENGTH_MIN)
    .flatMap(formsOf)
    .filter((value) => !REDACTED.includes(value))
    .sort((left, right) => right.length - left.length);
  return (text) => {
    let clean = text;
    for (let pass = 0; pass < PASSES_MAX; pass += 1) {
      const before = clean;
      clean = takeOut(before, values);
      if (clean === before) break;
    }
    return clean;
  };
}

/** Once: what is taken out may show that what stands beside it is a secret, too. */
function takeOut(text: string, values: readonly string[]): string {
  const withoutValues = values.reduce((rest, value) => rest.replaceAll(value, REDACTED), text);
  const plain = SECRET_PATTERNS.reduce(
    (rest, pattern) => rest.replace(pattern, `$1${REDACTED}$2`),
    withoutValues,
  );
  return withoutGiven(plain);
}

/**
 * Both ends of an output, each by itself: a key that was cut in two is known by the end that is
 * left of it.
 */
export function redactEnds({ head, tail, cutBytes }: Cut, redact: Redact): Cut {
  if (cutBytes === 0) return { head: redact(head), tail: redact(tail), cutBytes };
  return {
    head: withoutGivenBegun(redact(head)),
    tail: redact(withoutGivenLeft(tail)),
    cutBytes,
  };
}

type Cut = Omit<BoundedOutput, "totalBytes">;

/** The same value with every text in it redacted, the names of members included. */
export function redactJson(value: JsonObject, redact: Redact): JsonObject {
  return redactMembers(value, { ofName: redact, ofText: redact });
}

/** Whether it has lost a secret, or would: then nobody could read what it was. */
export function isRedacted(value: JsonObject, redact: Redact): boolean {
  const text = canonicalJson(value);
  return text.includes(REDACTED) || canonicalJson(redactJson(value, redact)) !== text;
}

/** Only the names of members: who works with the value knows none that holds a secret. */
export function redactNames(value: JsonObject, redact: Redact): JsonObject {
  return redactMembers(value, { ofName: redact, ofText: (text) => text });
}

interface Redacting {
  readonly ofName: Redact;
  readonly ofText: Redact;
}

/** Of two names that become one the second is given a number: no member is lost. */
function redactMembers(value: JsonObject, redacting: Redacting): JsonObject {
  const members = new Map<string, Json | undefined>();
  for (const [name, member] of Object.entries(value)) {
    const clean = redacting.ofName(name);
    let own = clean;
    for (let number = 2; members.has(own); number += 1) own = `${clean} ${number}`;
    members.set(own, member === undefined ? undefined : redactValue(member, redacting));
  }
  return Object.fromEntries(members);
}

function redactValue(value: Json, redacting: Redacting): Json {
  if (typeof value === "string") return redacting.ofText(value);
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map((item) => redactValue(item, redacting));
  return redactMembers(value, redacting);
}

/** Array.isArray does not narrow a readonly array. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
