// Prometheus text 0.0.4 from series as data.

export interface Series {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** A series without samples is left out, as client_golang does. */
export function metricsText(series: readonly Series[]): string {
  return series
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, type, help, samples }) => {
      const lines = samples.map((sample) => `${name}${labelText(sample)} ${sample.value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
    })
    .join("");
}

export interface PlainMetric {
  readonly name: string;
  readonly help: string;
  readonly value: number;
  readonly type?: "counter";
}

/** One sample without labels. */
export function plainSeries({ name, help, value, type }: PlainMetric): Series {
  return { name, type: type ?? "gauge", help, samples: [{ labels: {}, value }] };
}

function labelText({ labels }: Sample): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(`${value}`)}"`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
