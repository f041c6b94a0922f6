// Evidence is foreign JSON to a runbook: what is not of the expected form counts as nothing.
import { z } from "zod";
import type { Json } from "../../../src/domain/json.ts";

const wordsSchema = z.record(z.string(), z.string());
const namesSchema = z.array(z.string());
const namesByOwnerSchema = z.record(z.string(), namesSchema);

/** Name to what is said of it. */
export function wordsIn(value: Json | undefined): Readonly<Record<string, string>> {
  return wordsSchema.safeParse(value).data ?? {};
}

/** A list of names; with an owner, of the owner's. */
export function namesIn(value: Json | undefined, owner?: string): readonly string[] {
  if (owner === undefined) return namesSchema.safeParse(value).data ?? [];
  return namesByOwnerSchema.safeParse(value).data?.[owner] ?? [];
}
