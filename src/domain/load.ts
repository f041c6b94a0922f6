// What a load generator tells: a line of JSON each second, and at its end what its own ledger says
// of the subject. Each subject counts what matters to its clients.

/** Each second. */
export interface LoadSecond {
  readonly type: "workload";
  readonly at_ms: number;
  /** Operations that were answered. */
  readonly ops: number;
  readonly failures: number;
  /** Of what was answered; null when nothing was. */
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  /** In this second, by the names of the subject's figures. */
  readonly counts: Readonly<Record<string, number>>;
}

/** The last line: what was promised, against what was found. */
export interface LoadLedger {
  readonly type: "ledger";
  /**
   * Unchecked is neither kept nor broken: it could not be found out. A load without a ledger
   * promised nothing that could be looked for: that is no failure, and proves nothing.
   */
  readonly verdict: "kept" | "broken" | "unchecked" | "no_ledger";
  /** By name; null where it could not be found out. */
  readonly figures: Readonly<Record<string, number | null>>;
  /** When what the figures count as harm happened, where that is known. */
  readonly incidents?: readonly LoadIncident[];
}

export interface LoadIncident {
  readonly at_ms: number;
  /** Of a figure that is harm. */
  readonly name: string;
  readonly count: number;
}

/** A figure of a subject's ledger, and its words from the longest form to the shortest. */
export type LoadFigure =
  | { readonly kind: "count"; readonly name: string; readonly forms: readonly string[] }
  | {
      readonly kind: "harm";
      readonly name: string;
      /** For a summary: "acknowledged writes lost". */
      readonly label: string;
      readonly forms: readonly HarmWords[];
    };

/** "loss not checked yet", "none lost", "3 LOST". */
export interface HarmWords {
  readonly unchecked: string;
  readonly none: string;
  readonly some: string;
}

/** The load of real members: a program of others that speaks as they do, in a container. */
export interface ContainerLoad {
  /** For people: "go-ycsb". */
  readonly name: string;
  /** The variable of its image, and the image where nobody names one. */
  readonly variable: string;
  readonly image: string;
  /** What follows the image's entry point. */
  words(rate: LoadRate): readonly string[];
  openReader(): LoadReader;
}

export interface LoadRate {
  readonly opsPerSecond: number;
  readonly keys: number;
}

/** Makes our lines of what another program prints. */
export interface LoadReader {
  /** One line as it came, and when. Most complete no second. */
  take(line: string, atMs: number): LoadSecond | undefined;
  /** When no more lines come: what is left, and the last word. */
  end(): { readonly second: LoadSecond | undefined; readonly ledger: LoadLedger };
}
