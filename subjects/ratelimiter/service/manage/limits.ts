// Limits: what the file declares, and what overrides it until a stated time by Redis's clock.
import { z } from "zod";
import { LIMIT_MAX, WINDOW_MS_MAX, WINDOW_MS_MIN } from "../../declared.ts";
import { limitKeyOf, limitPattern, parseKey } from "../../keys.ts";
import type { LimitsAnswer, Override } from "../answers.ts";
import { type Read, read, refused } from "../http/reply.ts";
import { declaredRule } from "../limits-file.ts";
import type { LimiterNode } from "../node.ts";
import { OVERRIDE_SCRIPT } from "../scripts.ts";
import { askCommand, askScript } from "./ask-redis.ts";
import { readForm } from "./read-form.ts";
import { scanSome } from "./scan.ts";

/** An override is for now; what is to stay belongs into the file. */
const UNTIL_AHEAD_MS_MAX = 31 * 24 * 60 * 60 * 1_000;
const LOOK_AT = 1_000;
/** A million keys. */
const STEPS_MAX = 1_000;

export async function listLimits(node: LimiterNode): Promise<Read<LimitsAnswer>> {
  const pattern = limitPattern(node.settings.current.schema);
  const step = { cursor: "0", pattern, type: "hash", lookAt: LOOK_AT } as const;
  const bounds = { stepsMax: STEPS_MAX, keysMin: Number.POSITIVE_INFINITY };
  const page = await scanSome(node, step, bounds);
  if (page.state === "refused") return page;
  const overrides: Override[] = [];
  for (const raw of page.value.keys) {
    const override = await readOverride(node, raw);
    if (override.state === "refused") return override;
    if (override.value) overrides.push(override.value);
  }
  return read({
    default: node.limits.default,
    declared: Object.entries(node.limits.keys).map(([key, rule]) => ({ key, ...rule })),
    overrides: overrides.sort((left, right) => (left.key < right.key ? -1 : 1)),
    is_cut: page.value.cursor !== "0",
  });
}

const fieldsSchema = z.array(z.string().nullable());

/** Undefined for what is gone by now, or is no override of ours. */
async function readOverride(node: LimiterNode, raw: string): Promise<Read<Override | undefined>> {
  const parsed = parseKey(raw);
  if (parsed.type !== "limit") return read(undefined);
  const words = ["HMGET", raw, "limit", "window_ms", "until_ms", "set_by"] as const;
  const fields = await askCommand(node, words, fieldsSchema);
  if (fields.state === "refused") return fields;
  const [limit, windowMs, untilMs, setBy = null] = fields.value;
  const known = wholeOf(limit);
  if (known === undefined) return read(undefined);
  return read({
    key: parsed.userKey,
    limit: known,
    window_ms: wholeOf(windowMs) ?? declaredRule(node.limits, parsed.userKey).window_ms,
    until_ms: wholeOf(untilMs) ?? null,
    set_by: setBy,
  });
}

function wholeOf(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

const overrideFormSchema = z
  .strictObject({
    limit: z.int().min(1).max(LIMIT_MAX),
    window_ms: z.int().min(WINDOW_MS_MIN).max(WINDOW_MS_MAX).optional(),
    until_ms: z.int().min(1).optional(),
    for_ms: z.int().min(1).max(UNTIL_AHEAD_MS_MAX).optional(),
    set_by: z
      .string()
      .regex(/^[\w.@ -]{1,64}$/, "must be 1 to 64 of letters, digits, . @ _ - and blanks")
      .optional(),
  })
  .refine(
    ({ until_ms, for_ms }) => (until_ms === undefined) !== (for_ms === undefined),
    "needs either until_ms (epoch milliseconds) or for_ms",
  );

/** In force on every node at its next check. Replaces an override that is there. */
export async function putOverride(
  node: LimiterNode,
  asked: { readonly key: string; readonly body: unknown },
): Promise<Read<Override>> {
  const form = readForm(overrideFormSchema, asked.body);
  if (form.state === "refused") return form;
  const { limit, until_ms = "", for_ms = 0, set_by = "api" } = form.value;
  const { key } = asked;
  const window_ms = form.value.window_ms ?? declaredRule(node.limits, key).window_ms;
  const keys = [limitKeyOf(key, node.settings.current.schema)];
  const args = [limit, window_ms, until_ms, for_ms, set_by, UNTIL_AHEAD_MS_MAX];
  const untilMs = await askScript(node, { script: OVERRIDE_SCRIPT, keys, args }, z.number());
  if (untilMs.state === "refused") return untilMs;
  if (untilMs.value === 0) return badUntil("until_ms is not ahead of the clock of redis");
  if (untilMs.value === -1) return badUntil(`at most ${UNTIL_AHEAD_MS_MAX} ms ahead`);
  node.log(`limit of ${JSON.stringify(key)} overridden: ${limit} until ${untilMs.value}`);
  return read({ key, limit, window_ms, until_ms: untilMs.value, set_by });
}

function badUntil(message: string): Read<never> {
  return refused({ status: 400, code: "bad_until", message });
}

/** The declared limit is in force again at the next check. */
export async function removeOverride(
  node: LimiterNode,
  key: string,
): Promise<Read<{ readonly key: string; readonly removed: boolean }>> {
  const words = ["DEL", limitKeyOf(key, node.settings.current.schema)] as const;
  const answer = await askCommand(node, words, z.number());
  if (answer.state === "refused") return answer;
  node.log(`override of ${JSON.stringify(key)} removed: ${answer.value}`);
  return read({ key, removed: answer.value > 0 });
}
