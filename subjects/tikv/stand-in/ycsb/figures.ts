// The figures of one kind of operation since the start, in the line that go-ycsb prints of them:
// pingcap/go-ycsb v1.0.1, pkg/measurement/histogram.go and pkg/util/output.go.

const NAME_WIDTH = 6;
const US_IN_S = 1_000_000;
const PERCENTILES = [50, 90, 95, 99, 99.9, 99.99];
/** Latencies are counted to three digits, as its histogram does: so they take bounded room. */
const DIGITS = 3;

export class Figures {
  readonly #name: string;
  readonly #startedAtUs: number;
  readonly #countsByUs = new Map<number, number>();
  #count = 0;
  #sumUs = 0;

  constructor(name: string, startedAtUs: number) {
    this.#name = name;
    this.#startedAtUs = startedAtUs;
  }

  measure(latencyUs: number): void {
    const us = Number(latencyUs.toPrecision(DIGITS));
    this.#countsByUs.set(us, (this.#countsByUs.get(us) ?? 0) + 1);
    this.#count += 1;
    this.#sumUs += latencyUs;
  }

  line(nowUs: number): string {
    const takesS = (nowUs - this.#startedAtUs) / US_IN_S;
    const sorted = [...this.#countsByUs].toSorted(([left], [right]) => left - right);
    const us = (value: number | undefined) => String(Math.round(value ?? 0));
    const fields = [
      `Takes(s): ${takesS.toFixed(1)}`,
      `Count: ${this.#count}`,
      `OPS: ${(this.#count / takesS).toFixed(1)}`,
      `Avg(us): ${us(this.#sumUs / this.#count)}`,
      `Min(us): ${us(sorted[0]?.[0])}`,
      `Max(us): ${us(sorted.at(-1)?.[0])}`,
      ...PERCENTILES.map((share) => `${share}th(us): ${us(this.#atShare(sorted, share / 100))}`),
    ];
    return `${this.#name.padEnd(NAME_WIDTH)} - ${fields.join(", ")}`;
  }

  #atShare(sorted: readonly (readonly [us: number, count: number])[], share: number): number {
    let passed = 0;
    for (const [us, count] of sorted) {
      passed += count;
      if (passed >= this.#count * share) return us;
    }
    return 0;
  }
}
