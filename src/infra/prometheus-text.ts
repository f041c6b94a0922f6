// Reads the few wanted metrics out of a Prometheus text page, which may hold tens of thousands.

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** NaN and the infinities are possible. */
  readonly value: number;
}

export interface SampleOptions {
  /** Full names, as they stand on the line: a histogram's end in `_bucket`, `_sum`, `_count`. */
  readonly names: ReadonlySet<string>;
  /** What comes after this many wanted samples is not read. */
  readonly samplesMax: number;
}

/** The metric's name at the front of a line. */
const NAME = /[^\s{]*/y;

/** Wanted samples in the order of the page. Lines that are not of the format are passed over. */
export function readSamples(page: string, options: SampleOptions): readonly Sample[] {
  const samples: Sample[] = [];
  let start = 0;
  while (start < page.length && samples.length < options.samplesMax) {
    const newline = page.indexOf("\n", start);
    const end = newline === -1 ? page.length : newline;
    NAME.lastIndex = start;
    const name = NAME.exec(page)?.[0] ?? "";
    if (options.names.has(name)) {
      const sample = parseSample(name, page.slice(start + name.length, end));
      if (sample) samples.push(sample);
    }
    start = end + 1;
  }
  return samples;
}

/** `rest` is the line after its name: labels in braces, if any, then value and, perhaps, a time. */
function parseSample(name: string, rest: string): Sample | undefined {
  const labels: Record<string, string> = {};
  let at = 0;
  if (rest.startsWith("{")) {
    const pattern = /[{,]\s*([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"\s*/y;
    for (let match = pattern.exec(rest); match; match = pattern.exec(rest)) {
      const [whole, label = "", value = ""] = match;
      labels[label] = unescapeLabel(value);
      at += whole.length;
    }
    const closing = /[{,]?\s*\}/y;
    closing.lastIndex = at;
    if (!closing.test(rest)) return undefined;
    at = closing.lastIndex;
  }
  const [text = ""] = rest.slice(at).trim().split(/\s+/);
  const value = parseValue(text);
  return value === undefined ? undefined : { name, labels, value };
}

function unescapeLabel(value: string): string {
  return value.replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}

function parseValue(text: string): number | undefined {
  if (text === "NaN") return Number.NaN;
  if (text === "+Inf" || text === "Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  const value = text === "" ? Number.NaN : Number(text);
  return Number.isNaN(value) ? undefined : value;
}
