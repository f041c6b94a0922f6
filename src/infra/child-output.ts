// One output stream of a child, read to its end whatever anyone does with the lines: in slices,
// between which timers and keys have their turn.
import { createLineSplitter } from "./child-lines.ts";

/** A few hundred lines: about a millisecond of work. */
const SLICE_BYTES = 16 * 1024;
const NEWLINE = 0x0a;
/** What a dead child wrote is there already: only a process it left behind lets a read wait. */
const QUIET_MS = 250;
/** And only such a one writes more than these hold, at up to 256 KiB each. */
const READS_AFTER_END_MAX = 64;

export interface OutputSink {
  /** One line without its end, at most 64 KiB: a longer one comes in pieces. */
  readonly onLine: (line: string) => void;
  /** The same lines byte for byte, ends included. Nothing more is read until it resolves. */
  readonly onBytes?: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
}

export interface OutputDrain {
  /**
   * To be called when the child has ended. Resolves when its last line was delivered; nothing is
   * delivered afterwards, also when a process that it left behind holds the stream open.
   */
  finish(): Promise<void>;
}

/** Starts at once. What the sink throws is a defect, and is not caught. */
export function drainOutput(stream: ReadableStream<Uint8Array>, sink: OutputSink): OutputDrain {
  const reader = stream.getReader();
  const reads = { begun: 0, isWaiting: false };
  const next = async () => {
    reads.begun += 1;
    reads.isWaiting = true;
    const { value } = await reader.read();
    reads.isWaiting = false;
    return value;
  };
  let isAtEnd = false;
  const drained = drainSlices(next, sink).then(() => {
    isAtEnd = true;
  });
  const finish = async () => {
    const readsMax = reads.begun + READS_AFTER_END_MAX;
    while (!isAtEnd && reads.begun <= readsMax) {
      const { begun } = reads;
      await settledWithin(drained, QUIET_MS);
      // A loop that was blocked for long fires its timers before it looks for bytes.
      await nextTurn();
      if (reads.isWaiting && reads.begun === begun) break;
    }
    await reader.cancel();
    await drained;
  };
  return { finish };
}

/** `next` gives undefined at the end of the stream. */
async function drainSlices(
  next: () => Promise<Uint8Array | undefined>,
  { onLine, onBytes }: OutputSink,
): Promise<void> {
  const lines = createLineSplitter(onLine);
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
    for (let start = 0, end = 0; start < chunk.length; start = end) {
      end = endOfSlice(chunk, start);
      const bytes = lines.add(chunk.subarray(start, end));
      await onBytes?.(bytes);
      await nextTurn();
    }
  }
  const bytes = lines.end();
  await onBytes?.(bytes);
}

/** Where a line ends, if one does in it: then none of it has to be kept for the next one. */
function endOfSlice(chunk: Uint8Array, start: number): number {
  const end = Math.min(start + SLICE_BYTES, chunk.length);
  const lineEnd = chunk.lastIndexOf(NEWLINE, end - 1) + 1;
  return lineEnd > start ? lineEnd : end;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function settledWithin(work: Promise<unknown>, durationMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, durationMs);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
