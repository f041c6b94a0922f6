// HTTP/1.1 on kept connections to one node, one exchange on each at a time. Our own, for it never
// sends anything twice, and tells what was answered from what was not: a ledger needs both.
import { messageOf } from "../../../src/domain/errors.ts";

export interface NodeAddress {
  readonly hostname: string;
  readonly port: number;
}

export interface LineRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: string;
}

export type LineReply =
  | { readonly state: "answered"; readonly status: number; readonly text: string }
  | { readonly state: "lost"; readonly reason: string };

/** Below the time after which a node ends an idle connection. */
const IDLE_MS_MAX = 20_000;
const REPLY_CHARACTERS_MAX = 64 * 1024;

/** All connections to one node. */
export class NodeLine implements Disposable {
  readonly #address: NodeAddress;
  readonly #idle: Connection[] = [];
  #isDisposed = false;

  constructor(address: NodeAddress) {
    this.#address = address;
  }

  /** Never rejects. */
  async exchange(request: LineRequest, deadlineMs: number): Promise<LineReply> {
    const connection = this.#takeIdle() ?? new Connection(this.#address);
    const reply = await connection.exchange(textOf(request, this.#address), deadlineMs);
    if (reply.state === "answered" && !this.#isDisposed) this.#idle.push(connection);
    else connection.close();
    return reply;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  /** The one that was used last; those that nobody needed for long are ended. */
  #takeIdle(): Connection | undefined {
    const oldestMs = performance.now() - IDLE_MS_MAX;
    while (this.#idle[0] !== undefined && this.#idle[0].usedMs < oldestMs) {
      this.#idle.shift()?.close();
    }
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      if (last.isOpen) return last;
    }
    return undefined;
  }
}

class Connection {
  readonly #address: NodeAddress;
  #socket: Bun.Socket<undefined> | undefined;
  #isClosed = false;
  #received = "";
  #finish: (reply: LineReply) => void = () => undefined;
  usedMs = 0;

  constructor(address: NodeAddress) {
    this.#address = address;
  }

  get isOpen(): boolean {
    return !this.#isClosed;
  }

  async exchange(text: string, deadlineMs: number): Promise<LineReply> {
    const { promise, resolve } = Promise.withResolvers<LineReply>();
    this.#finish = resolve;
    const timer = setTimeout(() => resolve(lost(`no answer in ${deadlineMs} ms`)), deadlineMs);
    if (this.#socket) this.#send(this.#socket, text);
    else void this.#open(text);
    const reply = await promise;
    clearTimeout(timer);
    this.usedMs = performance.now();
    return reply;
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.terminate();
  }

  async #open(text: string): Promise<void> {
    const end = (reason: string) => {
      this.#isClosed = true;
      this.#finish(lost(reason));
    };
    try {
      this.#socket = await Bun.connect({
        ...this.#address,
        socket: {
          data: (_, bytes) => this.#receive(bytes),
          close: () => end("the connection ended"),
          error: (_, error) => end(messageOf(error)),
        },
      });
      if (this.#isClosed) this.#socket.terminate();
      else this.#send(this.#socket, text);
    } catch (error) {
      end(messageOf(error));
    }
  }

  #send(socket: Bun.Socket<undefined>, text: string): void {
    this.#received = "";
    // The only request on its connection: where it does not fit, the node has stopped reading.
    if (socket.write(text) < text.length) this.#finish(lost("the connection takes nothing"));
  }

  #receive(bytes: Buffer): void {
    this.#received += bytes.toString("latin1");
    const reply = readReply(this.#received);
    if (reply !== undefined) this.#finish(reply);
  }
}

function lost(reason: string): LineReply {
  return { state: "lost", reason };
}

/** The path and the body are ASCII. */
function textOf({ method, path, body = "" }: LineRequest, address: NodeAddress): string {
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${address.hostname}:${address.port}\r\n`;
  const ofBody = `content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
  return `${head}${body === "" ? "" : ofBody}\r\n${body}`;
}

/** Undefined until all of it is there. */
function readReply(received: string): LineReply | undefined {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd === -1) {
    return received.length > REPLY_CHARACTERS_MAX ? lost("the answer is not HTTP") : undefined;
  }
  const head = received.slice(0, headEnd);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? Number.NaN);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
  if (!(status > 0 && length <= REPLY_CHARACTERS_MAX)) return lost("the answer is not understood");
  const text = received.slice(headEnd + 4);
  if (text.length < length) return undefined;
  return text.length === length ? { state: "answered", status, text } : lost("it answers too much");
}
