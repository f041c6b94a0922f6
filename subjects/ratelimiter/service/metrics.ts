// The node's metrics in Prometheus's text form. Plain numbers, written out when somebody asks.
// https://prometheus.io/docs/instrumenting/exposition_formats/

type Labels = Readonly<Record<string, string>>;

export interface Counters {
  add(labels: Labels, amount?: number): void;
  lines(): readonly string[];
}

export interface Histogram {
  observe(seconds: number): void;
  lines(): readonly string[];
}

interface Named {
  readonly name: string;
  readonly help: string;
}

/** One counter per set of labels. The sets are few and of our own words, never of users'. */
export function createCounters({ name, help }: Named): Counters {
  const values = new Map<string, number>();
  /** The labels of every check are one and the same object. */
  const texts = new WeakMap<Labels, string>();
  return {
    add: (labels, amount = 1) => {
      const text = texts.get(labels) ?? labelText(labels);
      texts.set(labels, text);
      values.set(text, (values.get(text) ?? 0) + amount);
    },
    lines: () => [
      ...heading({ name, help }, "counter"),
      ...[...values].map(([labels, value]) => `${name}${labels} ${value}`),
    ],
  };
}

/** Seconds. A check should take one or two milliseconds, and its deadline is a quarter second. */
const BUCKETS_S = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
] as const;

export function createHistogram({ name, help }: Named): Histogram {
  const counts = new Array<number>(BUCKETS_S.length + 1).fill(0);
  let sum = 0;
  return {
    observe: (seconds) => {
      const found = BUCKETS_S.findIndex((bound) => seconds <= bound);
      const index = found === -1 ? BUCKETS_S.length : found;
      counts[index] = (counts[index] ?? 0) + 1;
      sum += seconds;
    },
    lines: () => {
      let below = 0;
      const bounds = [...BUCKETS_S.map(String), "+Inf"];
      const buckets = bounds.map((bound, index) => {
        below += counts[index] ?? 0;
        return `${name}_bucket{le="${bound}"} ${below}`;
      });
      const tail = [`${name}_sum ${sum}`, `${name}_count ${below}`];
      return [...heading({ name, help }, "histogram"), ...buckets, ...tail];
    },
  };
}

export function valueLines(
  { name, help, type }: Named & { readonly type: "gauge" | "counter" },
  value: number,
): readonly string[] {
  return [...heading({ name, help }, type), `${name} ${value}`];
}

function heading({ name, help }: Named, type: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `{${parts.join(",")}}`;
}
