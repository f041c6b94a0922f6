// The tools, the same for every model: their schemas, and the reading of what a model put in.
import { z } from "zod";
import { canonicalJson, type JsonObject } from "../domain/json.ts";
import type { ToolSpec } from "../domain/model.ts";
import { CONCLUSIONS } from "../domain/session.ts";
import { joinLines } from "./join-lines.ts";

const TEXT_CHARS_MAX = 8_000;

const reason = z.string().max(TEXT_CHARS_MAX).describe("Why, in one sentence, for the audit.");

const SHELL_INPUT = z.strictObject({
  command: z
    .string()
    .min(1)
    .max(TEXT_CHARS_MAX)
    .describe("A POSIX sh command line, without input."),
  reason,
});

const ACT_INPUT = z.strictObject({
  action: z.string().min(1).describe("The name of an action of the subject."),
  target: z.string().min(1).describe("What it is done to, as the action says."),
  args: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe("Arguments by name, as the action says; {} when it takes none."),
  reason,
});

const CONCLUDE_INPUT = z.strictObject({
  outcome: z
    .enum(CONCLUSIONS)
    .describe("fixed: you repaired it; no_action_needed: it is well; cannot_fix: a person must."),
  root_cause: z.string().max(TEXT_CHARS_MAX).describe("What was wrong, and why."),
  evidence: z
    .array(z.int().positive())
    .max(100)
    .default([])
    .describe("Numbers of the audit events that show it, as results name them."),
  summary: z.string().max(TEXT_CHARS_MAX).describe("What was seen and done, in a few sentences."),
});

export type ShellInput = z.infer<typeof SHELL_INPUT>;
export type ActInput = z.infer<typeof ACT_INPUT>;
export type ConcludeInput = z.infer<typeof CONCLUDE_INPUT>;

export type ToolInput =
  | { readonly tool: "shell"; readonly input: ShellInput }
  | { readonly tool: "act"; readonly input: ActInput }
  | { readonly tool: "conclude"; readonly input: ConcludeInput }
  /** For the model: what was wrong, and what is valid. */
  | { readonly tool: "invalid"; readonly problem: string };

export const TOOL_SPECS: readonly ToolSpec[] = [
  {
    name: "shell",
    description:
      "Runs one command line in sh and returns its exit code and output. For looking, and for " +
      "what no action covers: what a command changes has no undo. A guard reads the command " +
      "first and refuses what destroys data and what it cannot read: write plain sh, without " +
      "code of other languages, name files by their full paths, write files below /tmp alone, " +
      "and name members, not process numbers. Programs that it does not know are not run. A " +
      "change is one command by itself, its words written out: no loops, functions, $( ) or " +
      "here-documents; it overwrites no file. What looks alone may run in a sandbox: of other " +
      "processes it tells what ps does, and a relay takes connections before a member does, so " +
      "that times of connecting are the relay's. Ask ps, ss and operator subject.",
    inputSchema: schemaOf(SHELL_INPUT),
  },
  {
    name: "act",
    description:
      "Carries out one named action of the subject: checks its precondition on a fresh " +
      "observation, does it, and waits for its postcondition. Its undo, or that it has none, is " +
      "said before it runs. Preferred for every repair.",
    inputSchema: schemaOf(ACT_INPUT),
  },
  {
    name: "conclude",
    description:
      "Ends your work on the ticket. After fixed and no_action_needed the monitor verifies with " +
      "its own observations; when it refuses, you get the reason and go on.",
    inputSchema: schemaOf(CONCLUDE_INPUT),
  },
];

/** Never throws: what is wrong with a call is for the model to read. */
export function readToolCall(name: string, said: JsonObject): ToolInput {
  // In the one order of keys that a record knows: of a wrong input they are named.
  const input: unknown = JSON.parse(canonicalJson(said));
  switch (name) {
    case "shell": {
      const parsed = SHELL_INPUT.safeParse(input);
      if (!parsed.success) return invalid(name, parsed.error);
      return { tool: name, input: { ...parsed.data, command: joinLines(parsed.data.command) } };
    }
    case "act": {
      const parsed = ACT_INPUT.safeParse(input);
      return parsed.success ? { tool: name, input: parsed.data } : invalid(name, parsed.error);
    }
    case "conclude": {
      const parsed = CONCLUDE_INPUT.safeParse(input);
      return parsed.success ? { tool: name, input: parsed.data } : invalid(name, parsed.error);
    }
    default: {
      const valid = TOOL_SPECS.map((tool) => tool.name).join(", ");
      return { tool: "invalid", problem: `unknown tool "${name}": one of ${valid}` };
    }
  }
}

function invalid(name: string, error: z.ZodError): ToolInput {
  const issues = error.issues.map(
    ({ path, message }) => `${path.join(".") || "input"}: ${message}`,
  );
  const schema = TOOL_SPECS.find((tool) => tool.name === name)?.inputSchema.properties ?? {};
  const valid = Object.keys(schema).join(", ");
  const problem = `invalid input of ${name}: ${issues.join("; ")}. It takes: ${valid}`;
  return { tool: "invalid", problem };
}

function schemaOf(schema: z.ZodType): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return z.record(z.string(), z.json()).parse(rest);
}
