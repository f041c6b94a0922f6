// A key that stands twice in one mapping of YAML: the parser takes the last one without a word, and
// a person's rule would be another than it reads. Knows block and flow form, quotes and comments.

export interface ReadKeys {
  /** The first that does; undefined when there is none. */
  readonly repeated: { readonly line: number; readonly key: string } | undefined;
  /** Of all mappings, as often as they stand there. */
  readonly keys: readonly string[];
}

export function readKeys(text: string): ReadKeys {
  const reader: Reader = { open: [], scalar: undefined, keys: [] };
  for (const [index, line] of text.split("\n").entries()) {
    const key = readLine(line, reader);
    if (key !== undefined) return { repeated: { line: index + 1, key }, keys: reader.keys };
  }
  return { repeated: undefined, keys: reader.keys };
}

/** Whether the parser has found the same: otherwise one of the two has read it in another way. */
export function areKeysOf(written: unknown, keys: readonly string[]): boolean {
  return keysWithin(written).toSorted().join("\n") === keys.toSorted().join("\n");
}

function keysWithin(written: unknown): readonly string[] {
  if (Array.isArray(written)) return written.flatMap(keysWithin);
  if (typeof written !== "object" || written === null) return [];
  return Object.entries(written).flatMap(([key, value]) => [key, ...keysWithin(value)]);
}

/** One that has not ended yet. */
interface Mapping {
  /** The column of its keys; undefined within braces. */
  readonly column: number | undefined;
  readonly keys: Set<string>;
}

interface Reader {
  readonly open: Mapping[];
  /** Lines that are indented deeper than this are text. */
  scalar: number | undefined;
  readonly keys: string[];
}

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'`;
const KEY = new RegExp(String.raw`^(${QUOTED}|[^\s"'#&*,:?[\]{}|>-][^:#,[\]{}]*?)\s*:(?=\s|$)`);
const QUOTED_START = new RegExp(`^(?:${QUOTED})`);
/** A flow mapping's key may touch its value when it is quoted. */
const FLOW_KEY = new RegExp(
  String.raw`^(?:(${QUOTED})\s*:|([^\s"'#,:[\]{}][^:#,[\]{}]*?)\s*:(?=[\s,}]|$))`,
);

function readLine(line: string, reader: Reader): string | undefined {
  const column = line.search(/\S/);
  if (column === -1) return undefined;
  if (reader.scalar !== undefined && column > reader.scalar) return undefined;
  reader.scalar = undefined;
  const isInBraces = reader.open.at(-1)?.column === undefined && reader.open.length > 0;
  if (isInBraces) return readFlow(line.slice(column), reader);
  return readBlock(line, { column, reader });
}

function readBlock(
  line: string,
  { column, reader }: { readonly column: number; readonly reader: Reader },
): string | undefined {
  const dashes = /^(?:-\s+)*/.exec(line.slice(column))?.[0] ?? "";
  const start = column + dashes.length;
  const { open } = reader;
  const isOver = ({ column: of = 0 }: Mapping) => of > start || (dashes !== "" && of > column);
  while (open.some(isOver)) open.pop();
  const found = KEY.exec(line.slice(start));
  if (!found) return readFlow(line.slice(start), reader);
  if (open.at(-1)?.column !== start) open.push({ column: start, keys: new Set() });
  const repeated = noteKey(found[1] ?? "", reader);
  const rest = line.slice(start + found[0].length);
  if (/^\s*[|>][-+\d]*\s*(?:#.*)?$/.test(rest)) reader.scalar = start;
  return repeated ?? readFlow(rest, reader);
}

/** What stands behind a key, or goes on from a line before. */
function readFlow(text: string, reader: Reader): string | undefined {
  const { open } = reader;
  let rest = text;
  let mayBeKey = true;
  // Within a text a brace is a letter.
  let isValue = true;
  while (rest !== "") {
    const inBraces = open.length > 0 && open.at(-1)?.column === undefined;
    const key: RegExpExecArray | null = inBraces && mayBeKey ? FLOW_KEY.exec(rest) : null;
    const quoted = QUOTED_START.exec(rest);
    const taken: string = key?.[0] ?? quoted?.[0] ?? rest.slice(0, 1);
    if (key) {
      const repeated = noteKey(key[1] ?? key[2] ?? "", reader);
      if (repeated !== undefined) return repeated;
    }
    const opens: boolean = taken === "{" && isValue;
    if (opens) open.push({ column: undefined, keys: new Set() });
    if (taken === "}" && inBraces) open.pop();
    if (/^\s#/.test(rest)) return undefined;
    if (/\S/.test(taken)) {
      mayBeKey = opens || taken === ",";
      isValue = key !== null || opens || /^[[,:]$/.test(taken);
    }
    rest = rest.slice(taken.length);
  }
  return undefined;
}

function noteKey(written: string, reader: Reader): string | undefined {
  const key = written.replace(/^(["'])(.*)\1$/s, "$2");
  const keys = reader.open.at(-1)?.keys;
  reader.keys.push(key);
  if (keys?.has(key)) return key;
  keys?.add(key);
  return undefined;
}
