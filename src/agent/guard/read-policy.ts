// policy.yaml: from its text to rules. What is wrong with it is said with its place, and nothing of
// a wrong file counts.
import { z } from "zod";
import { EFFECTS } from "../../domain/effect.ts";
import { messageOf, OperatorError } from "../../domain/errors.ts";
import { BLAST_RADIUS, type BlastRadius } from "./history.ts";
import type { HourSpan, Policy, PolicyRule } from "./policy.ts";
import { areKeysOf, readKeys } from "./repeated-keys.ts";

const POLICY_CHARS_MAX = 256 * 1024;

const NAMES = "must be names, each written out: no pattern, not none, several in [ ]";
const name = z.string(NAMES).regex(/^[^\s,*?[\]{}]+$/, NAMES);
const names = z.union([name.transform((one) => [one]), z.array(name, NAMES).min(1, NAMES)], NAMES);

const TIME = "([01]?\\d|2[0-3]|24(?!:0*[1-9]))(?::([0-5]\\d))?";
const HOURS = new RegExp(`^${TIME}\\s*-\\s*${TIME}$`);

const hours = z
  .string({ error: "must be a span such as 22-6 or 09:00-17:30" })
  .regex(HOURS, "must be a span such as 22-6 or 09:00-17:30")
  .transform(readHours)
  .refine(({ from, until }) => from !== until, "begins when it ends: leave it out for all day");

const effectNames = z.union([
  z.enum(EFFECTS).transform((kind) => [kind]),
  z.array(z.enum(EFFECTS)).min(1),
]);

const ruleSchema = z
  .strictObject({
    name: z.string().min(1).max(100).optional(),
    decision: z.enum(["allow", "ask", "deny"]),
    reason: z.string().max(500).optional(),
    subject: names.optional(),
    action: names.optional(),
    effect: effectNames.optional(),
    member: names.optional(),
    hours: hours.optional(),
  })
  .refine(({ decision, action }) => decision !== "allow" || action !== undefined, {
    path: ["action"],
    error: "an allow rule must name actions: only named actions can be granted",
  });

/** Only fewer than the guard's own: a policy tightens. */
function countUpTo(most: number) {
  return z.int().min(0).max(most, `can only be lowered: the guard's own bound is ${most}`);
}

function countsUpTo(most: BlastRadius["ticket"]) {
  return z
    .strictObject({
      steps: countUpTo(most.steps).default(most.steps),
      interruptions: countUpTo(most.interruptions).default(most.interruptions),
    })
    .default(most);
}

const policySchema = z.strictObject({
  version: z.literal(1).optional(),
  time_zone: z.string().refine(isTimeZone, "must be a name such as Europe/Berlin").default("UTC"),
  limits: z
    .strictObject({
      ticket: countsUpTo(BLAST_RADIUS.ticket),
      hour: countsUpTo(BLAST_RADIUS.hour),
    })
    .default(BLAST_RADIUS),
  rules: z.array(ruleSchema).max(500).default([]),
});

/** `file` is for messages. Throws OperatorError code "usage". */
export function readPolicy(text: string, file: string): Policy {
  if (text.length > POLICY_CHARS_MAX)
    throw wrong(file, `longer than ${POLICY_CHARS_MAX} characters`);
  const { repeated, keys } = readKeys(text);
  if (repeated) throw wrong(file, `line ${repeated.line}: "${repeated.key}" stands there twice`);
  const written = parseYaml(text, file) ?? undefined;
  // A full disk leaves such a file behind, too.
  if (written === undefined) throw wrong(file, "it is empty; `rules: []` says that there are none");
  if (!areKeysOf(written, keys)) throw wrong(file, UNPLAIN);
  const parsed = policySchema.safeParse(written);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(file, issue ? `${placeOf(issue.path)}: ${issue.message}` : "not a policy");
  }
  const { time_zone, limits, rules } = parsed.data;
  return {
    timeZone: time_zone,
    radius: limits,
    rules: rules.map((rule, index): PolicyRule => {
      const { name, decision, reason, subject, action, effect, member } = rule;
      return {
        name: name ?? `rule ${index + 1}`,
        decision,
        reason,
        subjects: subject,
        actions: action,
        effects: effect,
        members: member,
        hours: rule.hours,
      };
    }),
  };
}

const UNPLAIN =
  "its keys can be read in two ways: write them plainly, without tags, anchors and merges, texts " +
  "with braces in quotes on one line";

function parseYaml(text: string, file: string): unknown {
  const parsed = attempt(() => Bun.YAML.parse(text));
  if (parsed.isDone) return parsed.value;
  const why = parsed.message.replace(/^YAML Parse error: /, "").toLowerCase();
  throw wrong(file, `line ${lastGoodLine(text) + 1}: ${why}`);
}

/** Bun says no place: it is behind the longest start of the text that is YAML by itself. */
function lastGoodLine(text: string): number {
  const lines = text.split("\n");
  for (let count = lines.length - 1; count > 0; count -= 1) {
    if (attempt(() => Bun.YAML.parse(lines.slice(0, count).join("\n"))).isDone) return count;
  }
  return 0;
}

type Attempt =
  | { readonly isDone: true; readonly value: unknown }
  | { readonly isDone: false; readonly message: string };

/** The built-in parsers say no by throwing. */
function attempt(parse: () => unknown): Attempt {
  try {
    return { isDone: true, value: parse() };
  } catch (error) {
    return { isDone: false, message: messageOf(error) };
  }
}

function readHours(text: string): HourSpan {
  const [, fromHour, fromMinute = "0", untilHour, untilMinute = "0"] = HOURS.exec(text) ?? [];
  const minutes = (hour: number, minute: number) => (hour * 60 + minute) % (24 * 60);
  return {
    from: minutes(Number(fromHour), Number(fromMinute)),
    until: minutes(Number(untilHour), Number(untilMinute)),
  };
}

function isTimeZone(name: string): boolean {
  return attempt(() => new Intl.DateTimeFormat("en", { timeZone: name })).isDone;
}

/** As a person counts: `rules, number 1, hours`. */
function placeOf(path: readonly PropertyKey[]): string {
  const parts = path.map((part) =>
    typeof part === "number" ? `number ${part + 1}` : String(part),
  );
  return parts.join(", ") || "the file";
}

function wrong(file: string, why: string): OperatorError {
  return new OperatorError("usage", `reading the policy ${file}: ${why}`);
}
