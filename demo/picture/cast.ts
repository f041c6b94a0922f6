// An asciicast v2 recording: a JSON line for the header, then one for each event.
import { z } from "zod";
import { OperatorError } from "../../src/domain/errors.ts";

export interface Cast {
  readonly columns: number;
  readonly rows: number;
  /** In the order of time. */
  readonly events: readonly CastEvent[];
}

export type CastEvent =
  | { readonly type: "output"; readonly atSeconds: number; readonly text: string }
  | {
      readonly type: "resize";
      readonly atSeconds: number;
      readonly columns: number;
      readonly rows: number;
    };

const headerSchema = z.object({
  version: z.literal(2),
  width: z.int().positive(),
  height: z.int().positive(),
});

/** Players ignore the kinds that they do not know: input, markers. */
const eventSchema = z.tuple([z.number(), z.string(), z.string()]);
const sizeSchema = z
  .string()
  .regex(/^\d+x\d+$/)
  .transform((text) => text.split("x").map(Number));

/** Throws SyntaxError, or code "usage" with the line, for what is no such recording. */
export function readCast(text: string): Cast {
  const [head = "", ...lines] = text.trimEnd().split("\n");
  const header = headerSchema.safeParse(JSON.parse(head));
  if (!header.success) throw new OperatorError("usage", "line 1 is no header of asciicast v2");
  const { width, height } = header.data;
  const events = lines.flatMap((line, index) => readEvent(line, index + 2));
  return { columns: width, rows: height, events };
}

function readEvent(line: string, lineNumber: number): readonly CastEvent[] {
  const event = eventSchema.safeParse(JSON.parse(line));
  if (!event.success) throw badLine(lineNumber);
  const [atSeconds, kind, data] = event.data;
  if (kind === "o") return [{ type: "output", atSeconds, text: data }];
  if (kind !== "r") return [];
  const size = sizeSchema.safeParse(data);
  if (!size.success) throw badLine(lineNumber);
  const [columns = 0, rows = 0] = size.data;
  return [{ type: "resize", atSeconds, columns, rows }];
}

function badLine(lineNumber: number): OperatorError {
  return new OperatorError("usage", `line ${lineNumber} is no event of asciicast v2`);
}
