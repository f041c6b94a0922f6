// Rows of text as aligned lines, for a terminal of any width and for pipes.
import { plainLine } from "./plain-text.ts";

const GAP = "  ";

/** The header first; columns as wide as their widest cell, the last one not padded. */
export function tableLines(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const plain = [header, ...rows].map((row) => row.map(plainLine));
  const widths = header.map((_, column) =>
    Math.max(...plain.map((row) => Bun.stringWidth(row[column] ?? ""))),
  );
  return plain.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

/** `name  value` for each pair, the values below each other. */
export function factLines(
  facts: readonly (readonly [name: string, value: string])[],
): readonly string[] {
  const width = Math.max(0, ...facts.map(([name]) => Bun.stringWidth(name)));
  return facts.map(([name, value]) => `${pad(name, width)}${GAP}${plainLine(value)}`.trimEnd());
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - Bun.stringWidth(text)));
}
