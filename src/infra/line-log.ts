// A child's log: what it wrote, byte for byte, in two files of bounded size. Writes are gathered
// for a moment; whoever adds faster than the disk takes has to wait.
import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../domain/errors.ts";

const FILE_BYTES_MAX = 64 * 1024 * 1024;
const GATHER_MS = 50;
const GATHERED_BYTES_MAX = 1024 * 1024;

export interface LineLogOptions {
  /** Its folder is made when it is missing; what is in the file stays. */
  readonly path: string;
  /** Longer than this it becomes `<path>.1`, in place of the one before. 64 MiB by default. */
  readonly fileBytesMax?: number;
  /** Told once, when writing begins to fail. What cannot be written is lost to the log. */
  readonly onTrouble: (cause: string) => void;
}

export class LineLog implements AsyncDisposable {
  readonly #options: LineLogOptions;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #written: Promise<void> = Promise.resolve();
  #file: OpenFile | undefined;
  #isFailing = false;

  constructor(options: LineLogOptions) {
    this.#options = options;
  }

  /**
   * In the file within about 50 ms. Resolves at once, or, when a megabyte is waiting, as soon as
   * that is written. `bytes` must be whole lines, and must not be changed any more. Never rejects.
   */
  async add(bytes: Uint8Array): Promise<void> {
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes >= GATHERED_BYTES_MAX) return this.flush();
    this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS);
  }

  /** Resolves when everything that was added before is in the file. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#written = this.#written.then(() => this.#writeGathered());
    return this.#written;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
    await this.#file?.handle.close();
    this.#file = undefined;
  }

  async #writeGathered(): Promise<void> {
    const bytes = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    if (bytes.length === 0) return;
    try {
      await this.#append(bytes);
      this.#isFailing = false;
    } catch (error) {
      // A full disk must not stop the reading: a child whose pipe is full stands still.
      if (!this.#isFailing) this.#options.onTrouble(messageOf(error));
      this.#isFailing = true;
    }
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const { path, fileBytesMax = FILE_BYTES_MAX } = this.#options;
    this.#file ??= await openForAppending(path);
    if (this.#file.bytes > 0 && this.#file.bytes + bytes.length > fileBytesMax) {
      const { handle } = this.#file;
      this.#file = undefined;
      await handle.close();
      await rename(path, `${path}.1`);
      this.#file = await openForAppending(path);
    }
    await this.#file.handle.appendFile(bytes);
    this.#file.bytes += bytes.length;
  }
}

interface OpenFile {
  readonly handle: FileHandle;
  bytes: number;
}

async function openForAppending(path: string): Promise<OpenFile> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, "a");
  const { size } = await handle.stat();
  return { handle, bytes: size };
}
