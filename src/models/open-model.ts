// From --model and the environment to a Model. The SDK is loaded only for a model that needs it.
import type { AuditEvent } from "../domain/audit.ts";
import type { Clock } from "../domain/clock.ts";
import { OperatorError } from "../domain/errors.ts";
import type { Model } from "../domain/model.ts";
import { isPriceKnown } from "./prices.ts";
import { createRunbookModel, type RunbookLookup } from "./runbook.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface ModelWish {
  /** As typed after --model; undefined leaves the choice to the environment. */
  readonly name: string | undefined;
  /** ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL are read, nothing else. */
  readonly env: Environment;
}

export type ModelChoice =
  | { readonly type: "runbook"; readonly notice: string | undefined }
  | { readonly type: "replay"; readonly name: string; readonly recorded: string }
  | {
      readonly type: "claude";
      readonly name: string;
      readonly apiKey: string;
      readonly baseUrl: string | undefined;
      readonly notice: string | undefined;
    };

/**
 * The audit events of a session by its id, the beginning of it, or the file of an export. Rejects
 * with OperatorError.
 */
export type RecordingLookup = (recorded: string) => Promise<readonly AuditEvent[]>;

export interface OpenedModel {
  readonly model: Model;
  /** One line on why it is this one, or what to mind with it, for whoever starts the agent. */
  readonly notice: string | undefined;
}

const DEFAULT_CLAUDE = "claude-sonnet-5-5";

/** Rejects with OperatorError for a name that no model has, or a key or URL that cannot be used. */
export async function openModel(
  options: ModelWish & {
    readonly clock: Clock;
    readonly runbooks: RunbookLookup;
    readonly recordings: RecordingLookup;
  },
): Promise<OpenedModel> {
  const choice = chooseModel(options);
  if (choice.type === "replay") return openReplay(choice, options.recordings);
  const { notice } = choice;
  if (choice.type === "runbook") return { model: createRunbookModel(options), notice };
  const { openAnthropicModel } = await import("./anthropic.ts");
  return { model: openAnthropicModel({ ...choice, clock: options.clock }), notice };
}

async function openReplay(
  { name, recorded }: Extract<ModelChoice, { type: "replay" }>,
  recordings: RecordingLookup,
): Promise<OpenedModel> {
  const { createReplayModel } = await import("./replay.ts");
  const events = await recordings(recorded);
  return { model: createReplayModel({ name, events }), notice: undefined };
}

/** The decision alone, without loading anything; throws as `openModel` rejects. */
export function chooseModel({ name, env }: ModelWish): ModelChoice {
  if (name === "runbook") return { type: "runbook", notice: undefined };
  const recorded = name === undefined ? undefined : /^replay:(.+)$/.exec(name)?.[1];
  if (name !== undefined && recorded !== undefined) return { type: "replay", name, recorded };
  if (name !== undefined && !/^claude-[a-z0-9.-]+$/.test(name)) throw unknownModel(name);
  const apiKey = keyOf(env);
  if (apiKey !== undefined) return claude({ name: name ?? DEFAULT_CLAUDE, apiKey, env });
  if (name !== undefined) throw missingKey(name);
  return { type: "runbook", notice: "no ANTHROPIC_API_KEY: the runbook model answers" };
}

function claude(found: {
  readonly name: string;
  readonly apiKey: string;
  readonly env: Environment;
}): ModelChoice {
  const { name, apiKey } = found;
  return { type: "claude", name, apiKey, baseUrl: baseUrlOf(found.env), notice: priceNotice(name) };
}

function priceNotice(name: string): string | undefined {
  if (isPriceKnown(name)) return undefined;
  return `no price known for ${name}: its cost is estimated at the highest price known`;
}

function keyOf(env: Environment): string | undefined {
  const key = env.ANTHROPIC_API_KEY?.trim();
  if (!key) return undefined;
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new OperatorError("usage", "ANTHROPIC_API_KEY holds characters that no key has", {
    hint: "copy the key again, or use --model runbook",
  });
}

function baseUrlOf(env: Environment): string | undefined {
  const text = env.ANTHROPIC_BASE_URL?.trim();
  if (!text) return undefined;
  const url = URL.parse(text);
  if (url?.protocol === "https:" || url?.protocol === "http:") return text;
  throw new OperatorError("usage", "ANTHROPIC_BASE_URL is no URL of a web service", {
    hint: "such as https://api.anthropic.com",
  });
}

function unknownModel(name: string): OperatorError {
  return new OperatorError(
    "usage",
    `unknown model "${name}": runbook, claude-… by its full name, or replay:<session>`,
    {
      hint: `--model runbook, or --model ${DEFAULT_CLAUDE} with ANTHROPIC_API_KEY set`,
    },
  );
}

function missingKey(name: string): OperatorError {
  return new OperatorError("usage", `model ${name} needs a key, and ANTHROPIC_API_KEY is not set`, {
    hint: "set ANTHROPIC_API_KEY, or use --model runbook",
  });
}
