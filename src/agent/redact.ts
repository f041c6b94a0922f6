// Takes secrets out of text before it leaves the process: to the model, to a line, to the audit.
import { canonicalJson, type Json, type JsonObject } from "../domain/json.ts";
import { formsOf } from "./secret-forms.ts";

export type Redact = (text: string) => string;

export const REDACTED = "[redacted]";

/** Shorter values are words of the language rather than secrets. */
const SECRET_LENGTH_MIN = 6;

const KEY_BEGINS = "-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----";
const KEY_ENDS = "-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----";
/** Between lines of a key, as others quote them as well. */
const GAP = String.raw`(?:[\s"',>|]|\\+[nrt"]){1,8}`;
/** Shorter ones are words, but for the last. */
const KEY_LINE =
  "(?:[A-Za-z0-9+/=]{20,}|(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash): " +
  String.raw`[^\n\\"]{0,100})`;
const LAST_LINE = String.raw`[A-Za-z0-9+/=]{1,76}(?=(?:${GAP})?-----|[ \t]*(?:\n|\\|["']|$))`;

/** Of whatever the name begins with: PGPASSWORD, dbPassword, spring.datasource.password. */
const NAMES = "(?:password|passwd|pwd|passphrase|token|secret|(?:api|private)[_-]?key)";
const IS = String.raw`\\*["']?\s*(?:[:=]|%3[AaDd])\s*`;

/** What is kept stands in $1 and $2. Values end before quotes, so that JSON stays JSON. */
const PATTERNS: readonly RegExp[] = [
  // A key whose end was cut off, and one whose start was.
  new RegExp(
    `()${KEY_BEGINS}(?:(?:${GAP})?${KEY_LINE})*(?:${GAP}${LAST_LINE})?` +
      `(?:(?:${GAP})?${KEY_ENDS})?()`,
    "g",
  ),
  new RegExp(
    `^()(?:[A-Za-z0-9+/=]*${GAP})?(?:${KEY_LINE}${GAP})*(?:${LAST_LINE}(?:${GAP})?)?${KEY_ENDS}()`,
    "g",
  ),
  /()\bsk-[A-Za-z0-9_-]{8,}()/g,
  /()\b(?:AKIA|ASIA)[0-9A-Z]{12,16}\b()/g,
  /()\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|[sr]k_(?:live|test)_\w{8,})()/g,
  /()\bAGE-SECRET-KEY-1[0-9A-Z]{10,}()/g,
  /()\bxox[abprs]-[A-Za-z0-9-]{8,}()/g,
  /()\b(?:glpat-|npm_|hf_|AIza)[\w-]{16,}()/g,
  /()\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?()/g,
  /((?:x-api-key|authorization)["']?\s*:\s*["']?(?:(?:bearer|basic)\s+)?)[^\s"',;]+()/gi,
  /(\bcookie["']?\s*:\s*["']?)[^\r\n"']+()/gi,
  /\b((?:bearer|basic)\s+)[\w.~+/=-]{6,}()/gi,
  // A scheme is short: one without a bound costs the square of a long word.
  /([a-z][a-z0-9+.-]{0,19}:\/\/[^\s:/@"']*:)[^\s@/"']+(@)/gi,
  /((?:aws_)?secret(?:_access)?_key["']?\s*[:=]\s*["']?)[^\s"',;]+()/gi,
  new RegExp(String.raw`(${NAMES}${IS}")(?:[^"\\\n]|\\.)+("|$)`, "gi"),
  new RegExp(String.raw`(${NAMES}${IS}')(?:[^'\\\n]|\\.)+('|$)`, "gi"),
  new RegExp(String.raw`(${NAMES}${IS}(?:\\+["'])?)[^\s"'\\,;&]+()`, "gi"),
  /(\bcurl\b[^\n|;]{0,200}?\s(?:-u|--user)[ =]?["']?[^\s:/"']+:)[^\s"']+()/g,
  /(\bmysql(?:admin|dump)?\b[^\n|;]{0,200}?\s-p)[^\s"']+()/g,
  /^(AUTH[ \t]+\S+[ \t]+)\S+()$/gm,
  /("AUTH" "[^"\s]+" ")[^"]+(")/g,
  /(\bAUTH["']?[ \t]+["']?)[^\s"']+()/g,
  /(\bsetuser\b[^\n]{0,200}?\s>)[^\s"']+()/gi,
  /((?:^|[\s"'_-])(?:requirepass|masterauth)["']?\s*[:=]?\s+["']?)[^\s"',;&]+()/gi,
  // As variables are named; logs have keys of regions in small letters.
  /\b([A-Z][A-Z0-9_]{0,60}_(?:KEY|AUTH|PASS|PASSPHRASE|CREDENTIALS?|DSN)=)[^\s"']+()/g,
  /(--(?:password|pass|token|requirepass|api-key)[ =])[^\s"']+()/gi,
];

/** Of a container, as `docker inspect` shows it; what of it is secret, only who gave it knows. */
const ENVIRONMENT = /("Env": ?\[)((?:\s*"(?:[^"\\]|\\.)*",?)*)/g;

/** `secrets` are values that must not appear, whatever they look like, nor as others write them. */
export function createRedactor(secrets: readonly string[]): Redact {
  const known = secrets.map((secret) => secret.trim());
  const values = [...new Set(known)]
    .filter((value) => value.length >= SECRET_LENGTH_MIN)
    .flatMap(formsOf)
    .sort((left, right) => right.length - left.length);
  return (text) => {
    const withoutValues = values.reduce((rest, value) => rest.replaceAll(value, REDACTED), text);
    const plain = PATTERNS.reduce(
      (rest, pattern) => rest.replace(pattern, `$1${REDACTED}$2`),
      withoutValues,
    );
    return plain.replace(
      ENVIRONMENT,
      (_, head: string, variables: string) =>
        head + variables.replace(/"(\w+)=(?:[^"\\]|\\.)*"/g, `"$1=${REDACTED}"`),
    );
  };
}

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
