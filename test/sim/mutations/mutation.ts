// A bug to be planted in our own code: it breaks a rule of safety, and has to be found by the
// simulator or by the tests of its area.

export interface Mutation {
  /** What the planted code does wrong. */
  readonly name: string;
  /** The rule that it breaks. */
  readonly breaks: string;
  readonly file: string;
  /** Stands exactly once in its file. */
  readonly original: string;
  readonly planted: string;
  /** Tests of its area, for what no run of the simulator shows. */
  readonly tests: readonly string[];
}
