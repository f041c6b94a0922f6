// The broker's side of its connections: one line each way, and then the end. Whoever sends too
// much, too slowly or nothing is turned away, and keeps nobody else waiting.
import type { Socket } from "node:net";
import { type Answer, QUESTION_BYTES_MAX } from "./protocol.ts";

export interface ConnectionsOptions {
  /** From a line without its newline to its answer. Never rejects. */
  readonly answer: (line: Uint8Array) => Promise<Answer>;
  /** Told why a connection was ended without an answer. Never throws. */
  readonly onRefusal: (reason: string) => void;
}

export interface Connections {
  accept(socket: Socket): void;
  /** Ends them all; those that are being answered first get their answer, for a bounded time. */
  end(): Promise<void>;
}

/** Open at the same time. */
const CONNECTIONS_MAX = 256;
/** Until the whole line is here: asking takes milliseconds. */
const QUESTION_WITHIN_MS = 3_000;
/** Until the answer is taken. */
const TAKEN_WITHIN_MS = 5_000;
/** Of all, when the broker ends. */
const END_WITHIN_MS = 1_000;
const NEWLINE = 10;

/** Open connections in the order in which they came. */
type Open = Map<Socket, Conversation>;

interface Conversation {
  readonly isAsking: () => boolean;
  readonly turnAway: (reason: string) => void;
}

export function createConnections(options: ConnectionsOptions): Connections {
  const open: Open = new Map();
  return {
    accept(socket) {
      // Whoever breaks a connection has had what it wanted.
      socket.on("error", () => socket.destroy());
      socket.once("close", () => open.delete(socket));
      if (makeRoom(open)) {
        open.set(socket, converse(socket, options));
        return;
      }
      options.onRefusal("too many connections");
      socket.destroy();
    },
    async end() {
      const left = [...open];
      const closed = left.map(
        ([socket]) => new Promise((resolve) => socket.once("close", resolve)),
      );
      for (const [, { isAsking, turnAway }] of left) if (isAsking()) turnAway("the broker ends");
      await Promise.race([Promise.all(closed), Bun.sleep(END_WITHIN_MS)]);
      for (const [socket] of left) socket.destroy();
    },
  };
}

/** Who has not asked yet makes way for who comes, the oldest first. */
function makeRoom(open: Open): boolean {
  if (open.size < CONNECTIONS_MAX) return true;
  for (const [socket, { isAsking, turnAway }] of open) {
    if (!isAsking()) continue;
    turnAway("it had asked nothing, and another one came");
    open.delete(socket);
    socket.destroy();
    return true;
  }
  return false;
}

function converse(socket: Socket, { answer, onRefusal }: ConnectionsOptions): Conversation {
  let heard: Buffer = Buffer.alloc(0);
  let isAsking = true;
  const hearEnough = () => {
    isAsking = false;
    clearTimeout(timer);
    socket.pause();
  };
  const turnAway = (reason: string) => {
    hearEnough();
    onRefusal(reason);
    say(socket, { ok: false, code: "conflict", message: `refused: ${reason}` });
  };
  const late = `no whole line in ${QUESTION_WITHIN_MS / 1000} s`;
  const timer = setTimeout(() => turnAway(late), QUESTION_WITHIN_MS);
  socket.on("data", (chunk: Buffer) => {
    if (!isAsking) return;
    heard = Buffer.concat([heard, chunk]);
    if (heard.length > QUESTION_BYTES_MAX) return turnAway(`over ${QUESTION_BYTES_MAX} bytes`);
    const end = heard.indexOf(NEWLINE);
    if (end === -1) return;
    if (end !== heard.length - 1) return turnAway("more than one line");
    hearEnough();
    void answer(heard.subarray(0, end)).then((said) => say(socket, said));
  });
  socket.once("end", () => {
    if (isAsking && heard.length > 0) return turnAway("it ended within its line");
    if (isAsking) socket.destroy();
  });
  socket.once("close", () => clearTimeout(timer));
  return { isAsking: () => isAsking, turnAway };
}

/** The last that is said on a connection. */
function say(socket: Socket, answer: Answer): void {
  const timer = setTimeout(() => socket.destroy(), TAKEN_WITHIN_MS);
  socket.once("close", () => clearTimeout(timer));
  socket.end(`${JSON.stringify(answer)}\n`);
  socket.resume();
}
