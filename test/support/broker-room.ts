// A broker of this process over a runtime of the test's own, and clients that say what they like.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Runtime } from "../../src/domain/runtime.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { serveBroker } from "../../src/runtimes/broker/serve.ts";
import { eventually } from "./eventually.ts";

export interface BrokerRoom extends AsyncDisposable {
  readonly socket: string;
  readonly recordFile: string;
  /** What the broker printed. */
  readonly lines: string[];
  /** What it wrote down, oldest first. */
  entries(): Promise<readonly Record<string, unknown>[]>;
  /** Sends it as it is, and gives all that comes back. */
  say(bytes: string | Uint8Array): Promise<string>;
  /** One question as it is meant, and the answer. */
  ask(question: unknown): Promise<unknown>;
  /** As SIGTERM does. Resolves when it has ended. */
  end(): Promise<void>;
}

/** `open` is called for every question. */
export async function brokerRoom(open: () => Promise<Runtime>): Promise<BrokerRoom> {
  const dir = await mkdtemp(join(tmpdir(), "operator-broker-"));
  const socket = join(dir, "socket", "broker.sock");
  const recordFile = join(dir, "record", "record.jsonl");
  const lines: string[] = [];
  const stop = new AbortController();
  const served = serveBroker({
    ...{ socket, recordFile, open, clock: systemClock, signal: stop.signal },
    serves: "toy",
    say: (line) => void lines.push(line),
  });
  const end = async () => {
    stop.abort("SIGTERM");
    await served;
  };
  await Promise.race([served, eventually(() => lines.length > 0, "the broker listens")]);
  const say = (bytes: string | Uint8Array) => sayTo(socket, bytes);
  return {
    ...{ socket, recordFile, lines, end, say },
    async entries() {
      const text = await readFile(recordFile, "utf8");
      return text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    },
    ask: async (question) => JSON.parse(await say(`${JSON.stringify(question)}\n`)),
    async [Symbol.asyncDispose]() {
      await end();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Resolves at the end of the connection, however it comes. */
export function sayTo(path: string, bytes: string | Uint8Array): Promise<string> {
  const socket = connectTo(path);
  socket.write(bytes);
  return allOf(socket);
}

export function connectTo(path: string): Socket {
  const socket = connect({ path });
  socket.on("error", () => undefined);
  return socket;
}

export function allOf(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  return new Promise((resolve) => socket.once("close", () => resolve(text)));
}
