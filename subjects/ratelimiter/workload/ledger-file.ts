// What the account has found, second by second, in a file that is only appended to, and before it
// is printed: a generator that was killed goes on with its sums and counts nothing twice. Windows
// are not kept: what was under way at a gap is not known, so only windows after it are judged.
import { z } from "zod";
import { LineLedger } from "../../../src/infra/line-ledger.ts";
import { createIncidents, type Incidents } from "./incidents.ts";
import { type Counts, noCounts, type Second } from "./seconds.ts";

const countSchema = z.int().min(0);
const lineSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("opened"), at_ms: z.int() }),
  z.object({
    type: z.literal("second"),
    at_ms: z.int(),
    counts: z.object({
      allowed: countSchema,
      denied: countSchema,
      failures: countSchema,
      unsent: countSchema,
      retries: countSchema,
      judged: countSchema,
    }),
    incidents: z.array(z.object({ at_ms: z.int(), name: z.string(), count: countSchema })),
  }),
]);
type Line = z.infer<typeof lineSchema>;

/** Holds the file open. Throws OperatorError when the file cannot be read or written. */
export class LedgerFile implements Disposable {
  readonly #file: LineLedger<Line>;
  readonly #totals = noCounts();
  readonly #incidents = createIncidents();

  /** Goes on with what is there; a line that a crash cut short is passed over. */
  constructor(path: string, atMs: number) {
    const hint = "--ledger names a file that this user may write, on a disk with space";
    const count = (line: Line) => this.#count(line);
    this.#file = new LineLedger({ path, schema: lineSchema, hint, count });
    this.#file.append({ type: "opened", at_ms: atMs });
  }

  /** Somebody wrote into this file before: his checks may still be under way. */
  get hasPast(): boolean {
    return this.#file.hasPast;
  }

  /** Over all lives of the generator. */
  get totals(): Readonly<Counts> {
    return this.#totals;
  }

  get incidents(): Pick<Incidents, "list"> {
    return this.#incidents;
  }

  append(second: Second, atMs: number): void {
    const { counts, incidents } = second;
    this.#file.append({ type: "second", at_ms: atMs, counts, incidents: [...incidents.list()] });
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }

  #count(line: Line): void {
    if (line.type === "opened") return;
    addTo(this.#totals, line.counts);
    for (const incident of line.incidents) this.#incidents.add(incident);
  }
}

function addTo(totals: Counts, counts: Counts): void {
  totals.allowed += counts.allowed;
  totals.denied += counts.denied;
  totals.failures += counts.failures;
  totals.unsent += counts.unsent;
  totals.retries += counts.retries;
  totals.judged += counts.judged;
}
