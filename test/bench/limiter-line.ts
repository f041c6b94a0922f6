// Kept connections to one node of a limiter, each with one check under way. What finds none free
// waits for its turn: its latency counts from when it was due.

export interface LineOptions {
  readonly port: number;
  readonly connections: number;
  /** An HTTP request. */
  readonly textOf: (check: number) => Uint8Array;
  /** Called just before a check leaves. */
  readonly onSend: (check: number) => void;
  /** Called when all of an answer is here; NaN stands for one that is not HTTP. */
  readonly onAnswer: (check: number, status: number) => void;
  /** A connection ended: what this run measures is void. */
  readonly onFailure: (error: Error) => void;
}

export interface Line extends Disposable {
  send(check: number): void;
}

interface Exchange {
  check: number;
  received: string;
}

/** Resolves when every connection is open. */
export async function openLine(options: LineOptions): Promise<Line> {
  const { textOf, onSend, onAnswer, onFailure } = options;
  const waiting: number[] = [];
  let isDisposed = false;

  function begin(socket: Bun.Socket<Exchange>, check: number): void {
    const text = textOf(check);
    socket.data = { check, received: "" };
    onSend(check);
    if (socket.write(text) < text.length) onFailure(new Error("a node stopped reading"));
  }

  const all = await Promise.all(
    Array.from({ length: options.connections }, () =>
      Bun.connect<Exchange>({
        hostname: "127.0.0.1",
        port: options.port,
        data: { check: -1, received: "" },
        socket: {
          data: (socket, bytes) => {
            socket.data.received += bytes.toString("latin1");
            const status = statusOf(socket.data.received);
            if (status === undefined) return;
            onAnswer(socket.data.check, status);
            const next = waiting.shift();
            if (next === undefined) idle.push(socket);
            else begin(socket, next);
          },
          close: () => {
            if (!isDisposed) onFailure(new Error(`port ${options.port} closed a connection`));
          },
        },
      }),
    ),
  );
  const idle = [...all];
  return {
    send: (check) => {
      // Each in its turn: a server ends what nobody uses.
      const socket = idle.shift();
      if (socket) begin(socket, check);
      else waiting.push(check);
    },
    [Symbol.dispose]: () => {
      isDisposed = true;
      for (const socket of all) socket.terminate();
    },
  };
}

/** Undefined until the whole answer is here. */
function statusOf(received: string): number | undefined {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const head = received.slice(0, headEnd);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
  if (received.length < headEnd + 4 + length) return undefined;
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
}
