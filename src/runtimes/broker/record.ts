// What was asked of the broker and what became of it: JSON lines, each on the disk before anything
// is done, in two files of bounded size. A flood of refusals does not wash away what was done.
import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../../domain/clock.ts";
import { messageOf, OperatorError } from "../../domain/errors.ts";
import { failPoint } from "../../infra/fail-point.ts";
import { createAllowance } from "./allowance.ts";

const FILE_BYTES_MAX = 16 * 1024 * 1024;
/** Refusals one by one; of a flood one in so long, which tells how many were not written. */
const REFUSALS_AT_ONCE = 30;
const REFUSAL_EVERY_MS = 10_000;
const OWNERS_AND_GROUP = 0o640;
const NEWLINE = 10;
/** A failed start quotes the member's log. */
const TEXT_CHARS_MAX = 2_000;

export interface RecordEntry {
  readonly event: "started" | "allowed" | "done" | "failed" | "interrupted" | "refused" | "stopped";
  /** Of the question; absent where it could not be read. */
  readonly do?: string;
  readonly member?: string;
  /** What was refused or failed, and why; or who is served. */
  readonly text?: string;
  readonly duration_ms?: number;
}

export interface RecordOptions {
  /** Its folder is made when it is missing; what is in the file stays. */
  readonly path: string;
  /** Longer than this it becomes `<path>.1`, in place of the one before. 16 MiB by default. */
  readonly fileBytesMax?: number;
  readonly clock: Clock;
  /** One line for a person, for each that is written. */
  readonly say: (line: string) => void;
}

export class BrokerRecord implements AsyncDisposable {
  readonly #options: RecordOptions;
  readonly #mayWriteRefusal: () => boolean;
  #written: Promise<unknown> = Promise.resolve();
  #file: OpenFile | undefined;
  #notWritten = 0;

  constructor(options: RecordOptions) {
    this.#options = options;
    this.#mayWriteRefusal = createAllowance({
      atOnce: REFUSALS_AT_ONCE,
      everyMs: REFUSAL_EVERY_MS,
      clock: options.clock,
    });
  }

  /** On the disk when it resolves. Rejects with code "runtime" when it cannot be. */
  add({ text, ...more }: RecordEntry): Promise<void> {
    const entry = text === undefined ? more : { ...more, text: text.slice(0, TEXT_CHARS_MAX) };
    const notWritten = this.#notWritten;
    this.#notWritten = 0;
    const line = {
      at_ms: this.#options.clock.now(),
      ...entry,
      ...(notWritten === 0 ? {} : { refusals_not_written: notWritten }),
    };
    this.#options.say(lineOf(entry, notWritten));
    const written = this.#written.then(() => this.#append(`${JSON.stringify(line)}\n`));
    this.#written = written.catch(() => undefined);
    return written;
  }

  /** Likewise, unless there are too many: those are counted, and the next entry says how many. */
  async refuse(entry: Omit<RecordEntry, "event">): Promise<void> {
    if (this.#mayWriteRefusal()) await this.add({ event: "refused", ...entry });
    else this.#notWritten += 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#written;
    await this.#file?.handle.close();
    this.#file = undefined;
  }

  async #append(line: string): Promise<void> {
    const { path } = this.#options;
    try {
      this.#file ??= await openForAppending(path);
      const bytes = Buffer.byteLength(line);
      const file = await this.#roomFor(bytes, this.#file);
      failPoint("record.opened");
      await file.handle.appendFile(line);
      file.bytes += bytes;
      failPoint("record.appended");
      await file.handle.datasync();
      failPoint("record.synced");
    } catch (cause) {
      await this.#file?.handle.close();
      this.#file = undefined;
      const message = `writing the broker's record ${path}: ${messageOf(cause)}`;
      throw new OperatorError("runtime", message, { cause });
    }
  }

  async #roomFor(bytes: number, file: OpenFile): Promise<OpenFile> {
    const { path, fileBytesMax = FILE_BYTES_MAX } = this.#options;
    if (file.bytes === 0 || file.bytes + bytes <= fileBytesMax) return file;
    this.#file = undefined;
    await file.handle.close();
    await rename(path, `${path}.1`);
    failPoint("record.rotated");
    this.#file = await openForAppending(path);
    return this.#file;
  }
}

interface OpenFile {
  readonly handle: FileHandle;
  bytes: number;
}

async function openForAppending(path: string): Promise<OpenFile> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, "a+", OWNERS_AND_GROUP);
  const { size } = await handle.stat();
  // A full disk, or a power cut, may have left half a line.
  if (size > 0 && (await lastByteOf(handle, size)) !== NEWLINE) await handle.appendFile("\n");
  return { handle, bytes: size };
}

async function lastByteOf(handle: FileHandle, size: number): Promise<number | undefined> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0];
}

/** Of what is quoted in it only the first line, without what a terminal would obey. */
function lineOf(
  { event, do: verb, member, duration_ms, ...entry }: RecordEntry,
  lost: number,
): string {
  const text = entry.text?.split("\n")[0]?.replace(/\p{Cc}/gu, "?");
  const what = [verb, member].filter((word) => word !== undefined).join(" ");
  const took = duration_ms === undefined ? "" : ` in ${duration_ms} ms`;
  const said = [what, text].filter((part) => part !== undefined && part !== "").join(": ");
  const more = lost === 0 ? "" : ` (${lost} more refused before)`;
  return `[Broker] ${event}${said === "" ? "" : `: ${said}`}${took}${more}`;
}
