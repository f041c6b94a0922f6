// A container's log: both of its streams in one text, in the order in which they were written.
import { PassThrough } from "node:stream";
import type { FollowLogOptions } from "../../domain/runtime.ts";
import { createLineSplitter } from "../../infra/child-lines.ts";
import { ASK_MS, type FoundContainer, type Site } from "./container.ts";
import { askEngine } from "./engine.ts";

/** Type of stream, three bytes of nothing, length: Engine API, "Attach to a container". */
const HEADER_BYTES = 8;
/** Of the end: a few thousand lines. */
const TAIL_BYTES_MAX = 512 * 1024;

/** The last lines, oldest first, without the last newline. Empty when there are none. */
export async function tailOfContainer(
  { engine }: Site,
  {
    container,
    lines,
  }: {
    readonly container: Pick<FoundContainer, "id" | "service">;
    readonly lines: number;
  },
): Promise<string> {
  const bytes: unknown = await askEngine(engine, `reading the log of ${container.service}`, () =>
    engine.client.getContainer(container.id).logs({
      stdout: true,
      stderr: true,
      tail: lines,
      abortSignal: AbortSignal.timeout(ASK_MS),
    }),
  );
  if (!(bytes instanceof Uint8Array)) return "";
  const text = new TextDecoder().decode(joinFrames(bytes).subarray(-TAIL_BYTES_MAX));
  return text.replace(/\n$/, "").split("\n").slice(-lines).join("\n");
}

export interface FollowOptions extends Omit<FollowLogOptions, "lines"> {
  readonly container: Pick<FoundContainer, "id" | "service">;
  /** How many of the last ones come first; all when absent. */
  readonly lines?: number;
}

/** Resolves when nothing more comes: the container has ended, or the signal aborts. */
export async function followContainer({ engine }: Site, options: FollowOptions): Promise<void> {
  const { container, lines, signal, onLine } = options;
  const tail = lines === undefined ? {} : { tail: lines };
  const asked = { follow: true, stdout: true, stderr: true, ...tail } as const;
  const opening = askEngine(engine, `following the log of ${container.service}`, () =>
    engine.client.getContainer(container.id).logs({ ...asked, abortSignal: signal }),
  );
  const log = await opening.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (!log) return;
  const splitter = createLineSplitter(onLine);
  const output = new PassThrough();
  output.on("data", (bytes: Uint8Array) => void splitter.add(bytes));
  engine.client.modem.demuxStream(log, output, output);
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const end of ["end", "close", "error"]) log.on(end, () => resolve());
  await promise;
  splitter.end();
}

/** The streams' bytes without the frames that tell them apart. A frame that is cut short counts. */
export function joinFrames(multiplexed: Uint8Array): Uint8Array {
  const view = new DataView(multiplexed.buffer, multiplexed.byteOffset, multiplexed.byteLength);
  const parts: Uint8Array[] = [];
  for (let at = 0; at + HEADER_BYTES <= multiplexed.length; ) {
    const start = at + HEADER_BYTES;
    at = start + view.getUint32(at + 4);
    parts.push(multiplexed.subarray(start, at));
  }
  return Buffer.concat(parts);
}
