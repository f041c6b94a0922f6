// One question and its answer on a plain TCP connection to this machine.
import { connect } from "node:net";

export interface ExchangeOptions {
  readonly port: number;
  readonly send: string;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

export type ExchangeAnswer =
  | { readonly state: "answered"; readonly text: string }
  | { readonly state: "failed"; readonly reason: string };

const HOST = "127.0.0.1";

/** The first bytes that come back, as text; then the connection ends. Never rejects. */
export function exchange(options: ExchangeOptions): Promise<ExchangeAnswer> {
  const { port, send, deadlineMs, signal } = options;
  const { promise, resolve } = Promise.withResolvers<ExchangeAnswer>();
  const fail = (reason: string) => resolve({ state: "failed", reason });
  if (signal.aborted) return Promise.resolve({ state: "failed", reason: "interrupted" });
  const socket = connect({ port, host: HOST });
  const giveUp = () => fail("interrupted");
  signal.addEventListener("abort", giveUp, { once: true });
  socket.setTimeout(deadlineMs, () => fail(`no answer in ${deadlineMs} ms`));
  socket.once("connect", () => socket.write(send));
  socket.once("data", (bytes) => resolve({ state: "answered", text: bytes.toString() }));
  socket.once("error", (error) => fail(error.message));
  socket.once("close", () => fail("the connection was closed without an answer"));
  return promise.finally(() => {
    signal.removeEventListener("abort", giveUp);
    socket.destroy();
  });
}
