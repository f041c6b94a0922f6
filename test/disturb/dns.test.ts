// The question to the engine's name server, and its answers, byte by byte.
import { expect, test } from "bun:test";
import { decodeAnswer, encodeQuestion } from "../../src/runtimes/docker/disturb/dns.ts";

const QUESTION = "036162630000010001";

function bytes(hex: string): Uint8Array {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}

test("a question is a header, the name in labels, and what is wanted", () => {
  expect(Buffer.from(encodeQuestion(7, "abc")).toString("hex")).toBe(
    `000701000001000000000000${QUESTION}`,
  );
  expect(Buffer.from(encodeQuestion(7, "a.bc")).toString("hex")).toContain(
    "0161 0262 63 00".replaceAll(" ", ""),
  );
});

test("addresses are read, whatever stands between them", () => {
  const alias = "c00c 0005 0001 00000258 0002 c00c";
  const first = "c00c 0001 0001 00000258 0004 ac110003";
  const second = "03616263 00 0001 0001 00000258 0004 0a000001";
  const message = bytes(`0007 8180 0001 0003 0000 0000 ${QUESTION} ${alias} ${first} ${second}`);
  expect(decodeAnswer(7, message)).toEqual(["172.17.0.3", "10.0.0.1"]);
});

test("a name that is not known has no address", () => {
  expect(decodeAnswer(7, bytes(`0007 8183 0001 0000 0000 0000 ${QUESTION}`))).toEqual([]);
});

test("what answers another question, or is cut short, is no answer to this one", () => {
  expect(decodeAnswer(8, bytes(`0007 8180 0001 0000 0000 0000 ${QUESTION}`))).toBeUndefined();
  expect(decodeAnswer(7, bytes("0007 8180"))).toBeUndefined();
  expect(decodeAnswer(7, bytes(`0007 8180 0001 0001 0000 0000 ${QUESTION} c00c 0001`))).toEqual([]);
});
