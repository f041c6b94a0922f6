// Pure: the one question to a name server that is asked here, as it is on the wire: RFC 1035, 4.1.

const HEADER_BYTES = 12;
/** Recursion is desired: for a name that the server itself knows it makes no difference. */
const QUESTION_FLAGS = 0x0100;
const TYPE_A = 1;
const CLASS_INTERNET = 1;
/** A name that goes on elsewhere in the message. */
const POINTER = 0xc0;

/** The addresses of a host. */
export function encodeQuestion(id: number, host: string): Uint8Array {
  const labels = host.split(".").map((label) => Buffer.from(label));
  const header = words(id, QUESTION_FLAGS, 1, 0, 0, 0);
  const name = labels.flatMap((label) => [Buffer.from([label.length]), label]);
  return Buffer.concat([header, ...name, Buffer.from([0]), words(TYPE_A, CLASS_INTERNET)]);
}

/** IPv4 in dots, none for a name that is not known. Undefined for what answers another question. */
export function decodeAnswer(id: number, message: Uint8Array): readonly string[] | undefined {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  if (view.byteLength < HEADER_BYTES || view.getUint16(0) !== id) return undefined;
  const answers = view.getUint16(6);
  const found: string[] = [];
  let at = afterName(view, HEADER_BYTES) + 4;
  for (let answer = 0; answer < answers && at + 1 < view.byteLength; answer += 1) {
    const fields = afterName(view, at);
    const start = fields + 10;
    if (start > view.byteLength) break;
    at = start + view.getUint16(fields + 8);
    if (view.getUint16(fields) === TYPE_A) found.push(message.subarray(start, at).join("."));
  }
  return found;
}

/** Where what follows a name begins. */
function afterName(view: DataView, start: number): number {
  let at = start;
  while (at < view.byteLength) {
    const length = view.getUint8(at);
    if (length >= POINTER) return at + 2;
    at += 1 + length;
    if (length === 0) return at;
  }
  return at;
}

/** Of 16 bits each. */
function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index);
  return bytes;
}
