// What the account has found, second by second, in a file that is only appended to, and before it
// is printed: a generator that was killed goes on with its sums and counts nothing twice. Windows
// are not kept: what was under way at a gap is not known, so only windows after it are judged.
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { messageOf, OperatorError } from "../../../src/domain/errors.ts";
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
  readonly #path: string;
  readonly #file: number;
  readonly #totals = noCounts();
  readonly #incidents = createIncidents();
  /** Somebody wrote into this file before: his checks may still be under way. */
  readonly hasPast: boolean;

  /** Goes on with what is there; a line that a crash cut short is passed over. */
  constructor(path: string, atMs: number) {
    this.#path = path;
    this.#file = withLedgerErrors(`opening the ledger ${path}`, () => openForAppending(path));
    const text = withLedgerErrors(`reading the ledger ${path}`, () => readFileSync(path, "utf8"));
    this.hasPast = text !== "";
    for (const line of text.split("\n")) this.#count(parseLine(line));
    if (this.hasPast && !text.endsWith("\n")) this.#write("\n");
    this.#append({ type: "opened", at_ms: atMs });
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
    this.#append({ type: "second", at_ms: atMs, counts, incidents: [...incidents.list()] });
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #append(line: Line): void {
    this.#write(`${JSON.stringify(line)}\n`);
    this.#count(line);
  }

  #write(text: string): void {
    withLedgerErrors(`writing to the ledger ${this.#path}`, () => writeSync(this.#file, text));
  }

  #count(line: Line | undefined): void {
    if (line?.type !== "second") return;
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

function openForAppending(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, "a+");
}

function withLedgerErrors<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const hint = "--ledger names a file that this user may write, on a disk with space";
    throw new OperatorError("runtime", `${doing}: ${messageOf(cause)}`, { hint, cause });
  }
}

function parseLine(line: string): Line | undefined {
  const parsed = lineSchema.safeParse(jsonOf(line));
  return parsed.success ? parsed.data : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
