// A client of Redis that shows the bytes: one reply at a time, just as it came.
import { connect, type Socket } from "node:net";
import { eventually } from "./eventually.ts";

const REPLY_MS_MAX = 15_000;

export class WireClient implements Disposable {
  readonly #socket: Socket;
  #text = "";
  #isClosed = false;
  #onChange: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => {
      this.#text += bytes.toString("latin1");
      this.#onChange();
    });
    socket.on("close", () => {
      this.#isClosed = true;
      this.#onChange();
    });
    // What is written to a side that has closed is of no interest.
    socket.on("error", () => undefined);
  }

  static connect(port: number): Promise<WireClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new WireClient(socket)));
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Bytes, one character each. */
  say(text: string): void {
    this.#socket.write(Buffer.from(text, "latin1"));
  }

  /** Rejects when none comes in time, or the other side closes before. */
  async reply(): Promise<string> {
    let end = replyEnd(this.#text, 0);
    while (end === undefined) {
      if (this.#isClosed) throw new Error("the connection was closed before a reply");
      await this.#change();
      end = replyEnd(this.#text, 0);
    }
    const reply = this.#text.slice(0, end);
    this.#text = this.#text.slice(end);
    return reply;
  }

  /** As an array of bulk strings. */
  async ask(...words: readonly (string | number)[]): Promise<string> {
    this.say(request(words));
    return this.reply();
  }

  /** A line as redis-cli takes it. */
  async askLine(line: string): Promise<string> {
    this.say(`${line}\r\n`);
    return this.reply();
  }

  /** Reads nothing until it is told to. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** All that still comes until the other side closes. */
  async rest(): Promise<string> {
    await eventually(() => this.isClosed, "the connection is closed");
    return this.#text;
  }

  #change(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("no reply in time")), REPLY_MS_MAX);
      this.#onChange = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

export function request(words: readonly (string | number)[]): string {
  const bulks = words.map((word) => `$${String(word).length}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulks.join("")}`;
}

/** Where the reply that begins at `start` ends; undefined while it is not complete. */
function replyEnd(text: string, start: number): number | undefined {
  const lineEnd = text.indexOf("\r\n", start);
  if (lineEnd < 0) return undefined;
  const mark = text[start] ?? "";
  const count = Number(text.slice(start + 1, lineEnd));
  if ("$=".includes(mark)) {
    const end = lineEnd + 2 + (count < 0 ? 0 : count + 2);
    return end <= text.length ? end : undefined;
  }
  if (!"*%".includes(mark)) return lineEnd + 2;
  let at: number | undefined = lineEnd + 2;
  const items = mark === "%" ? 2 * count : count;
  for (let item = 0; item < items && at !== undefined; item += 1) at = replyEnd(text, at);
  return at;
}
