// Keys as they are typed: the decoder, and the waiting that it does not do itself.
import type { Clock } from "../domain/clock.ts";
import { createKeyDecoder, ESCAPE_ALONE_MS } from "./keys.ts";
import type { Key } from "./keys-names.ts";

export interface KeyReaderOptions {
  readonly clock: Clock;
  /** No key is reported once it is aborted. */
  readonly signal: AbortSignal;
  readonly onKey: (key: Key) => void;
}

export interface KeyReader {
  take(bytes: Uint8Array): void;
}

export function createKeyReader({ clock, signal, onKey }: KeyReaderOptions): KeyReader {
  const decoder = createKeyDecoder();
  let isFlushing = false;
  const report = (keys: readonly Key[]) => {
    for (const key of keys) if (!signal.aborted) onKey(key);
  };
  const flushWhileHalfway = async () => {
    isFlushing = true;
    while (decoder.isHalfway && !signal.aborted) {
      await clock.sleep(ESCAPE_ALONE_MS, signal);
      // A busy process wakes late: what was typed meanwhile is read first.
      await clock.sleep(1, signal);
      report(decoder.flush(clock.now()));
    }
    isFlushing = false;
  };
  return {
    take: (bytes) => {
      report(decoder.feed(bytes, clock.now()));
      if (decoder.isHalfway && !isFlushing) void flushWhileHalfway();
    },
  };
}
