// JSON as Go's encoding/json writes it: 64-bit integers in full, map keys sorted, HTML escaped.

/** `undefined` members are left out, like Go's omitempty. A Map stands for a Go map. */
export type GoJson =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly GoJson[]
  | ReadonlyMap<string, GoJson>
  | { readonly [key: string]: GoJson | undefined };

/** As PD's renderer does it: two spaces, and a newline at the end. */
export function indentedJson(value: GoJson): string {
  return `${writeValue(value, "\n")}\n`;
}

/** Without a space, as PD's generated region encoder writes. */
export function compactJson(value: GoJson): string {
  return writeValue(value, undefined);
}

/** `lineBreak` is the newline with the indentation of the enclosing value; none when compact. */
function writeValue(value: GoJson, lineBreak: string | undefined): string {
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return `${value}`;
  if (typeof value === "number") return JSON.stringify(value);
  if (typeof value === "string") return writeString(value);
  const inner = lineBreak === undefined ? undefined : `${lineBreak}  `;
  if (Array.isArray(value)) {
    const items = value.map((item: GoJson) => writeValue(item, inner));
    return enclose({ open: "[", close: "]", items, lineBreak });
  }
  const separator = lineBreak === undefined ? ":" : ": ";
  const items = membersOf(value).map(
    ([key, member]) => `${writeString(key)}${separator}${writeValue(member, inner)}`,
  );
  return enclose({ open: "{", close: "}", items, lineBreak });
}

function writeString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Go sorts a map's keys as text ("1", "10", "2"); a struct's keep their order. */
function membersOf(value: object): readonly [string, GoJson][] {
  if (value instanceof Map) {
    return [...value].sort(([left], [right]) => (left < right ? -1 : 1));
  }
  return Object.entries(value).filter((entry) => entry[1] !== undefined);
}

interface Enclosure {
  readonly open: string;
  readonly close: string;
  readonly items: readonly string[];
  readonly lineBreak: string | undefined;
}

function enclose({ open, close, items, lineBreak }: Enclosure): string {
  if (items.length === 0) return open + close;
  if (lineBreak === undefined) return `${open}${items.join(",")}${close}`;
  return `${open}${lineBreak}  ${items.join(`,${lineBreak}  `)}${lineBreak}${close}`;
}
