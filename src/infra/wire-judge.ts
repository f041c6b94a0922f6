// What passes of the bytes that a command that looks sends to a member. Nobody is believed here,
// not even the guard: the first bytes say what a connection speaks, and every unit must read.
import type { Address } from "./sandbox-protocol.ts";
import { readHttpRequest } from "./wire-http.ts";
import { readRedisCommand } from "./wire-redis.ts";
import type { ReadUnit, Refusal, Unit } from "./wire-unit.ts";

export interface Heard {
  /** Of what has come, whole units; empty while there is none. */
  readonly passes: Buffer;
  /** Of what follows them. Nothing more is heard. */
  readonly refusal?: Refusal;
}

export type WireJudge = (chunk: Buffer) => Heard;

const FIRST_LINE_BYTES_MAX = 8 * 1024;
const NEWLINE = 10;
/** RFC 8446, 5.1: the record of a handshake. */
const TLS_HANDSHAKE = 22;
/** 6.2: fatal, handshake_failure. */
const TLS_ALERT = "\x15\x03\x01\x00\x02\x02\x28";

/** For one connection. To an address that is sealed TLS passes as well. */
export function openWireJudge({ isSealed = false }: Pick<Address, "isSealed">): WireJudge {
  let readUnit: ReadUnit | undefined;
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    let passed = 0;
    for (;;) {
      const rest = held.subarray(passed);
      readUnit ??= isSealed && rest[0] === TLS_HANDSHAKE ? passSealed : protocolOf(rest);
      const unit: Unit = rest.length > 0 && readUnit ? readUnit(rest) : { type: "open" };
      if (unit.type === "reads") {
        passed += unit.bytes;
        continue;
      }
      const passes = held.subarray(0, passed);
      held = rest;
      return unit.type === "open" ? { passes } : { passes, refusal: unit };
    }
  };
}

/**
 * Undefined while that is not known. What passes as one is harmless to whoever speaks the other: to
 * Redis a request is GET and HEAD with too many words, and lines that no command begins with; to an
 * HTTP server an array is no request, and a line that reads is none but GET.
 */
function protocolOf(bytes: Buffer): ReadUnit | undefined {
  if (bytes[0] === TLS_HANDSHAKE) return refuseTls;
  if (bytes[0] === "*".charCodeAt(0)) return readRedisCommand;
  const end = bytes.indexOf(NEWLINE);
  if (end === -1 && bytes.length < FIRST_LINE_BYTES_MAX) return undefined;
  const line = bytes.toString("latin1", 0, end === -1 ? FIRST_LINE_BYTES_MAX : end);
  return / HTTP\//.test(line) ? readHttpRequest : readRedisCommand;
}

function passSealed({ length }: Buffer): Unit {
  return { type: "reads", bytes: length };
}

function refuseTls(): Unit {
  return { type: "refused", why: "TLS cannot be read here", answer: TLS_ALERT };
}
