// Reading flags: each reader gives a typed value or a usage error that names what is valid.
import { join } from "node:path";
import { OperatorError } from "../domain/errors.ts";
import type { CommandContext, Flags } from "./context.ts";

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

export function isFlagSet(flags: Flags, name: string): boolean {
  return flags[name] === true;
}

export function textFlag(flags: Flags, name: string): string | undefined {
  const value = lastOf(flags[name]);
  if (value === undefined || value === true || value === "") return undefined;
  return String(value);
}

/** A whole or fractional number within [min, max]. */
export function numberFlag(
  flags: Flags,
  name: string,
  range: { readonly min: number; readonly max: number },
): number | undefined {
  const text = textFlag(flags, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value >= range.min && value <= range.max) return value;
  throw usage(`${typed(name)} ${text}: must be a number from ${range.min} to ${range.max}`);
}

/** `500ms`, `5s`, `2m`, `1h`, `30d`; a bare number is seconds. In milliseconds, at least 1. */
export function durationFlag(flags: Flags, name: string): number | undefined {
  const text = textFlag(flags, name);
  return text === undefined ? undefined : parseDuration(text, typed(name));
}

export function parseDuration(text: string, what: string): number {
  const [, amount, unit = "s"] = DURATION.exec(text) ?? [];
  const durationMs = Math.round(Number(amount) * (UNIT_MS[unit] ?? Number.NaN));
  if (durationMs >= 1) return durationMs;
  throw usage(`${what} ${text}: must be a duration such as 500ms, 5s, 2m, 1h or 30d`);
}

export function choiceFlag<T extends string>(
  flags: Flags,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = textFlag(flags, name);
  return text === undefined ? undefined : chooseFrom(text, choices, typed(name));
}

/** Picks the named one, or says which there are. */
export function chooseFrom<T extends string>(text: string, choices: readonly T[], what: string): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw usage(`unknown ${what} "${text}": one of ${choices.join(", ")}`);
}

/** A positive whole number typed as a word: a ticket, an approval. */
export function parseId(text: string | undefined, what: string): number {
  if (text === undefined) throw usage(`which ${what}? it must be a number such as 1`);
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw usage(`${what} "${text}": must be a number such as 1`);
}

/** Words beyond those that there is a use for: a second ticket would not be resolved as well. */
export function refuseSurplus(
  words: readonly string[],
  { max, after }: { readonly max: number; readonly after: string },
): void {
  const [surplus] = words.slice(max);
  if (surplus === undefined) return;
  const before = [after, ...words.slice(0, max)].join(" ");
  throw usage(`surplus word "${surplus}": nothing more comes after "${before}"`);
}

export function homeOf(context: Pick<CommandContext, "env">): string {
  const { OPERATOR_HOME, HOME, USERPROFILE } = context.env;
  if (OPERATOR_HOME) return OPERATOR_HOME;
  const userHome = HOME || USERPROFILE;
  if (userHome) return join(userHome, ".operator");
  throw usage("no home directory: set OPERATOR_HOME");
}

/** Where an agent's own shell finds the agent's database. */
export const DATABASE_ENV = "OPERATOR_DB";

export function databaseOf(context: Pick<CommandContext, "env" | "flags">): string {
  const named = textFlag(context.flags, "db") ?? context.env[DATABASE_ENV];
  return named || join(homeOf(context), "tickets.db");
}

/** The socket of a broker, through which members are handled. */
export const BROKER_ENV = "OPERATOR_BROKER";

export function brokerOf({
  env,
  flags,
}: Pick<CommandContext, "env" | "flags">): string | undefined {
  return textFlag(flags, "broker") ?? (env[BROKER_ENV] || undefined);
}

export function usage(message: string, hint?: string): OperatorError {
  return new OperatorError("usage", message, hint === undefined ? {} : { hint });
}

/** `timeScale`, as cac names it, is typed as `--time-scale`. */
function typed(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function lastOf(value: unknown): unknown {
  return Array.isArray(value) ? value.at(-1) : value;
}
