// JSON whose integers keep every digit: PD's ids are uint64, and JSON.parse rounds beyond 2^53.

/**
 * As JSON.parse, but an integer that a number cannot hold exactly becomes a bigint.
 * Throws SyntaxError when the text is not JSON.
 */
export function parseExactJson(text: string): unknown {
  // A reviver makes the parse several times slower; most answers have no such integer.
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, keepDigits);
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || Number.isSafeInteger(value))
    return value;
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** One line among others that may be JSON: undefined when it is none, or no object. */
export function readJsonLine(line: string): unknown {
  if (!line.startsWith("{")) return undefined;
  try {
    return parseExactJson(line);
  } catch {
    return undefined;
  }
}
