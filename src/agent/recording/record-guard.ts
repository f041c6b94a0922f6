// What the guard was told of the machine, and how it read each command line, written down: a replay
// reads the lines again by the same knowledge, and must come to the same effects.
import type { Effect } from "../../domain/effect.ts";
import { canonicalJson } from "../../domain/json.ts";
import type { AgentOptions } from "../context.ts";
import { redactJson } from "../redact.ts";
import { toJsonObject } from "./entries.ts";
import type { Tape } from "./tape.ts";

/** The answer to the question of kind "effects", whose question is the line. */
export interface RecordedReading {
  readonly effects: readonly Effect[];
  /** A secret was taken out of what it was read from: what is left cannot be read again. */
  readonly isCleaned: boolean;
}

export function recordGuard(
  { knowledge, classify, redact }: AgentOptions,
  tape: Tape,
): Pick<AgentOptions, "knowledge" | "classify"> {
  return {
    // Where the members are is no question: a replay has it from the answer alone.
    knowledge: (names) => {
      const { subject, members } = names;
      const question = { subject, members };
      return tape.told("knowledge", question, knowledge(names));
    },
    classify: (command, known) => {
      const effects = classify(command, known);
      const whole = toJsonObject({ command, known, effects });
      const isCleaned = canonicalJson(redactJson(whole, redact)) !== canonicalJson(whole);
      const reading: RecordedReading = { effects, isCleaned };
      tape.told("effects", command, reading);
      return effects;
    },
  };
}
