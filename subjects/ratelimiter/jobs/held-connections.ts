// Connections that are opened and held, as many as are wanted or as Redis grants. What is closed
// from the other side is missing until the next call of open().
import type { Socket } from "bun";
import { messageOf } from "../../../src/domain/errors.ts";
import type { Address } from "../address.ts";
import { clientNameOf } from "./answers.ts";

export interface HeldOptions {
  readonly job: string;
  readonly redis: Address;
  readonly wanted: number;
}

/** A Redis that does not answer a new connection in this time is asked for no more. */
const ANSWER_MS_MAX = 1_000;

export class HeldConnections implements Disposable {
  readonly #options: HeldOptions;
  readonly #greeting: string;
  readonly #open = new Set<Socket>();
  #hasEnded = false;

  constructor(options: HeldOptions) {
    this.#options = options;
    const words = ["CLIENT", "SETNAME", clientNameOf(options.job)];
    this.#greeting = `*3\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Opens what is missing, one after the other. Resolves with why it stopped short, if it did. */
  async open(): Promise<string | undefined> {
    while (!this.#hasEnded && this.#open.size < this.#options.wanted) {
      const refusal = await this.#openOne();
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#hasEnded = true;
    for (const socket of this.#open) socket.terminate();
  }

  async #openOne(): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const timer = setTimeout(() => resolve("no answer to a new connection"), ANSWER_MS_MAX);
    const answered = (socket: Socket, answer: string) => {
      if (answer.startsWith("+OK") && !this.#hasEnded) this.#open.add(socket);
      else socket.terminate();
      resolve(answer.startsWith("+OK") ? undefined : answer.trim());
    };
    try {
      const socket = await this.#connect(answered, resolve);
      const refusal = await promise;
      if (refusal !== undefined) socket.terminate();
      return refusal;
    } catch (error) {
      return messageOf(error);
    } finally {
      clearTimeout(timer);
    }
  }

  #connect(
    answered: (socket: Socket, answer: string) => void,
    closed: (reason: string) => void,
  ): Promise<Socket> {
    const { host: hostname, port } = this.#options.redis;
    return Bun.connect({
      hostname,
      port,
      socket: {
        open: (socket) => void socket.write(this.#greeting),
        data: (socket, bytes) => answered(socket, bytes.toString()),
        close: (socket) => {
          this.#open.delete(socket);
          closed("the connection was closed");
        },
        error: (_socket, error) => closed(messageOf(error)),
      },
    });
  }
}
