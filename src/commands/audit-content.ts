// Reading what audit events hold. Tolerant: an event that another version wrote, with parts missing
// or of another form, is still shown with what it has.
import { z } from "zod";
import type { JsonObject } from "../domain/json.ts";
import { personWords } from "../domain/person.ts";
import type { Usage } from "../domain/session.ts";
import type { Undo } from "../domain/undo.ts";

const jsonObject = z.record(z.string(), z.json());

const block = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("opaque"), text: z.string() }),
  z.object({
    type: z.literal("tool_call"),
    id: z.string().catch(""),
    name: z.string(),
    input: jsonObject.catch({}),
  }),
]);

/** What the model said; results of tools are events of their own. */
export type ReadBlock = z.infer<typeof block>;

const count = z.number().catch(0);
const usage = z.object({
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  costUsd: count,
});

const undo = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("call"),
    call: z.object({ action: z.string(), target: z.string(), args: jsonObject }),
  }),
  z.object({ type: z.enum(["unneeded", "none"]), reason: z.string() }),
]);

const textOrNull = z.string().nullable();
const person = z.object({
  user: textOrNull,
  uid: z.number().nullable(),
  sudoUser: textOrNull,
  host: z.string(),
  tty: textOrNull,
  via: z.enum(["command", "panel"]),
});

/** Blocks of other forms are left out. */
export function blocksIn({ blocks }: JsonObject): readonly ReadBlock[] {
  const all = z.array(z.unknown()).safeParse(blocks).data ?? [];
  return all.flatMap((candidate) => {
    const read = block.safeParse(candidate);
    return read.success ? [read.data] : [];
  });
}

export function usageIn(content: JsonObject): Usage | undefined {
  return usage.safeParse(content.usage).data;
}

/** Undefined where an older version wrote none. */
export function undoIn(content: JsonObject): Undo | undefined {
  return undo.safeParse(content.undo).data;
}

/** Of a `guard_decided`: what it said, and how what it let pass is taken back. */
export function guardWords(content: JsonObject): string {
  const decision = textIn(content, "decision");
  const undo = textIn(content, "undo");
  const back = decision === "deny" || undo === "" ? "" : `; ${undo}`;
  return `${decision}: ${textIn(content, "reason")}${back}`;
}

/** Empty when it is missing or no text. */
export function textIn(content: JsonObject, name: string): string {
  const value = content[name];
  return typeof value === "string" ? value : "";
}

export function numberIn(content: JsonObject, name: string): number | undefined {
  const value = content[name];
  return typeof value === "number" ? value : undefined;
}

/** What a person said to what was asked, and who: `denied by anna (uid 1000) at …: not at noon`. */
export function decisionIn(content: JsonObject): string {
  const words = textIn(content, "words");
  return `${textIn(content, "decision")}${byIn(content)}${words === "" ? "" : `: ${words}`}`;
}

/** ` by anna (uid 1000) at …`; empty where nobody noted it. */
export function byIn(content: JsonObject): string {
  const by = person.safeParse(content.by).data;
  return by ? ` by ${personWords(by)}` : "";
}

/** Empty when it is missing or no object. */
export function objectIn(content: JsonObject, name: string): JsonObject {
  return jsonObject.safeParse(content[name]).data ?? {};
}
