// One connection: what has come and is not read yet, what is answered and not sent yet, and what
// Redis keeps of a client.
import type { Socket } from "bun";
import { RequestReader } from "./wire/read-request.ts";
import type { Protocol, Reply } from "./wire/reply.ts";
import { writeReply } from "./wire/write-reply.ts";

/** Commands between MULTI and EXEC. */
export interface Transaction {
  readonly queue: (readonly string[])[];
  /** One of them was refused: EXEC will be, too. */
  isSpoiled: boolean;
}

/** Whoever does not read answers gets no more until some are gone. */
const UNSENT_BYTES_MAX = 1024 * 1024;

export class Client {
  readonly id: number;
  readonly createdAtMs: number;
  readonly address: string;
  readonly localAddress: string;
  readonly reader = new RequestReader();
  readonly #socket: Socket<unknown>;
  #unsent: Buffer[] = [];
  #unsentBytes = 0;
  #isEnding = false;
  name = "";
  protocol: Protocol = 2;
  lastAtMs: number;
  /** As CLIENT LIST names it. */
  lastCommand = "NULL";
  transaction: Transaction | undefined;
  /** Its script runs: the requests behind it wait. */
  isBlocked = false;

  constructor(
    socket: Socket<unknown>,
    { id, nowMs }: { readonly id: number; readonly nowMs: number },
  ) {
    this.#socket = socket;
    this.id = id;
    this.createdAtMs = nowMs;
    this.lastAtMs = nowMs;
    this.address = `${socket.remoteAddress}:${socket.remotePort}`;
    this.localAddress = `${socket.localAddress}:${socket.localPort}`;
  }

  get canBeServed(): boolean {
    return !this.isBlocked && !this.#isEnding && !this.isFull;
  }

  get isFull(): boolean {
    return this.#unsentBytes >= UNSENT_BYTES_MAX;
  }

  /** Sent with the next flush. */
  answer(reply: Reply): void {
    const bytes = Buffer.from(writeReply(reply, this.protocol), "latin1");
    this.#unsent.push(bytes);
    this.#unsentBytes += bytes.length;
  }

  /** Sends what the socket takes; to be called again when it takes more. */
  flush(): void {
    if (this.#unsentBytes > 0) {
      const all = Buffer.concat(this.#unsent);
      // -1 stands for a socket that is closed.
      const sent = Math.max(0, this.#socket.write(all));
      this.#unsent = sent < all.length ? [all.subarray(sent)] : [];
      this.#unsentBytes = all.length - sent;
    }
    if (this.#isEnding && this.#unsentBytes === 0) this.#socket.end();
  }

  /** What is answered is still sent; nothing more is read. */
  end(): void {
    this.#isEnding = true;
  }

  terminate(): void {
    this.#isEnding = true;
    this.#socket.terminate();
  }
}
