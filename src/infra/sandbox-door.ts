// The one way out of a sandbox: a Unix socket on which the agent connects to the subject's
// addresses, and to nothing else, and runs programs outside for those who may ask for them. To the
// subject passes only what reads, whatever the guard took the command for.
import { rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { OutputName } from "./child.ts";
import {
  type Address,
  CONNECTED,
  type DoorAnswer,
  type DoorRequest,
  nameOf,
  readRequest,
} from "./sandbox-protocol.ts";
import { openWireJudge, type WireJudge } from "./wire-judge.ts";
import type { Refusal } from "./wire-unit.ts";

export interface DoorOptions {
  /** Of the socket: at most 107 bytes, in a directory that nobody else may enter. */
  readonly path: string;
  readonly addresses: readonly Address[];
  /** Something that was said to an address was not let through. */
  readonly onRefused: (address: Address, why: string) => void;
  /** Runs what is asked for, or says why not. Never rejects; the signal ends it. */
  readonly ask: (asked: AskedProgram) => Promise<number>;
}

export interface AskedProgram {
  readonly words: readonly string[];
  readonly signal: AbortSignal;
  /** Lines without the last one's end. Nothing more is to be read before it resolves. */
  readonly onLines: (lines: string, stream: OutputName) => Promise<void>;
}

/** Open at the same time: a command has 256 files for both ends of each. */
const CONNECTIONS_MAX = 128;
const REQUEST_BYTES_MAX = 64 * 1024;
/** Programs that run outside at the same time. */
const ASKED_MAX = 8;
/** Until the whole line is here. */
const REQUEST_WITHIN_MS = 3_000;
/** A member that says nothing for so long has answered what it was asked before. */
const QUIET_MS = 200;
const NEWLINE = 10;

/** Listens. Disposed of, it ends its connections and what was asked for. */
export async function openDoor(options: DoorOptions): Promise<AsyncDisposable> {
  const closing = new AbortController();
  const open = new Set<Socket>();
  const asking = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (open.size >= CONNECTIONS_MAX) return void socket.destroy();
    open.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => open.delete(socket));
    hear(socket, (request) => serve(socket, { request, options, asking, signal: closing.signal }));
  });
  await listen(server, options.path);
  return {
    async [Symbol.asyncDispose]() {
      closing.abort();
      for (const socket of open) socket.destroy();
      server.close();
      await rm(options.path, { force: true });
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve());
  });
}

/** The first line; who does not say one in time, or says too much, is cut off. */
function hear(socket: Socket, onRequest: (request: DoorRequest) => void): void {
  let heard: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), REQUEST_WITHIN_MS);
  socket.once("close", () => clearTimeout(timer));
  const add = (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    const end = heard.indexOf(NEWLINE);
    if (end === -1 && heard.length <= REQUEST_BYTES_MAX) return;
    clearTimeout(timer);
    socket.off("data", add);
    socket.pause();
    // Nobody says more before there is an answer.
    const request = end === heard.length - 1 ? readRequest(heard.toString()) : undefined;
    if (request) onRequest(request);
    else socket.destroy();
  };
  socket.on("data", add);
}

interface Serving {
  readonly request: DoorRequest;
  readonly options: DoorOptions;
  /** Whose programs run. */
  readonly asking: Set<Socket>;
  readonly signal: AbortSignal;
}

function serve(socket: Socket, { request, options, asking, signal }: Serving): void {
  if ("ask" in request) {
    if (asking.size >= ASKED_MAX) return void socket.destroy();
    asking.add(socket);
    void answer(socket, { words: request.ask, options, signal }).finally(() => {
      asking.delete(socket);
    });
    return;
  }
  const address = options.addresses.find((one) => nameOf(one) === request.connect);
  if (address) bridge(socket, { address, options });
  else socket.destroy();
}

interface Bridging extends Pick<Serving, "options"> {
  readonly address: Address;
}

/** Its last word is the refusal, behind all that the member had to answer before. */
function bridge(socket: Socket, { address, options }: Bridging): void {
  const outside = connect({ ...address, allowHalfOpen: true });
  let lastWord = "";
  outside.once("error", () => {
    if (lastWord === "") socket.destroy();
  });
  outside.once("close", () => {
    if (!socket.writableEnded) socket.end(lastWord);
  });
  socket.once("close", () => outside.destroy());
  outside.once("connect", () => {
    socket.write(CONNECTED);
    outside.pipe(socket, { end: false });
    outside.once("end", () => {
      if (lastWord === "") socket.end();
      else outside.destroy();
    });
    const onRefused = ({ why, answer: said }: Refusal) => {
      lastWord = said;
      options.onRefused(address, why);
      outside.setTimeout(QUIET_MS, () => outside.destroy());
    };
    passReads(socket, { outside, judge: openWireJudge(address), onRefused });
  });
}

interface Passing {
  readonly outside: Socket;
  readonly judge: WireJudge;
  /** Once; nothing passes any more. */
  readonly onRefused: (refusal: Refusal) => void;
}

function passReads(socket: Socket, { outside, judge, onRefused }: Passing): void {
  let isRefused = false;
  socket.on("data", (chunk: Buffer) => {
    if (isRefused) return;
    const { passes, refusal } = judge(chunk);
    if (passes.length > 0 && !outside.write(passes)) {
      socket.pause();
      outside.once("drain", () => socket.resume());
    }
    isRefused = refusal !== undefined;
    if (refusal) onRefused(refusal);
  });
  socket.once("end", () => {
    if (!isRefused) outside.end();
  });
  socket.resume();
}

interface Asking extends Pick<Serving, "options" | "signal"> {
  readonly words: readonly string[];
}

async function answer(socket: Socket, { words, options, signal }: Asking): Promise<void> {
  const gone = new AbortController();
  socket.once("close", () => gone.abort());
  const say = (said: DoorAnswer) => taken(socket, `${JSON.stringify(said)}\n`);
  const exitCode = await options.ask({
    words,
    signal: AbortSignal.any([signal, gone.signal]),
    onLines: (lines, stream) => say({ stream, lines }),
  });
  if (socket.destroyed) return;
  socket.end(`${JSON.stringify({ exitCode } satisfies DoorAnswer)}\n`);
}

/** Resolves when there is room for more, or nobody is left to take it. */
async function taken(socket: Socket, text: string): Promise<void> {
  if (socket.destroyed || socket.write(text)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const goOn = () => resolve();
  socket.once("drain", goOn);
  socket.once("close", goOn);
  await promise;
  socket.off("close", goOn);
}
