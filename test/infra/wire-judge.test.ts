// What passes of the bytes that a command that looks sends: by table, whole and in pieces.
import { expect, test } from "bun:test";
import { REDIS } from "../../src/agent/guard/verb-tables.ts";
import { REDIS_READS } from "../../src/domain/redis-reads.ts";
import { openWireJudge } from "../../src/infra/wire-judge.ts";

/** What passed, and why no more did. */
function hear(text: string, chunkBytes = text.length): readonly [string, string | undefined] {
  const judge = openWireJudge({});
  const bytes = Buffer.from(text, "latin1");
  let passed = "";
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const { passes, refusal } = judge(bytes.subarray(at, at + chunkBytes));
    passed += passes.toString("latin1");
    if (refusal) return [passed, refusal.why];
  }
  return [passed, undefined];
}

const array = (...words: readonly string[]) =>
  [`*${words.length}`, ...words.flatMap((word) => [`$${word.length}`, word]), ""].join("\r\n");
const request = (line: string, ...fields: readonly string[]) =>
  [line, "Host: pd1:2379", ...fields, "", ""].join("\r\n");

const GET = request("GET /pd/api/v1/stores?state=1 HTTP/1.1", "Accept: */*");

const PASSING: Readonly<Record<string, string>> = {
  "a GET": GET,
  "a HEAD of the older version": request("HEAD / HTTP/1.0"),
  "a short profile": request("GET /debug/pprof/profile?seconds=10&frequency=99 HTTP/1.1"),
  "several requests on one connection": GET + GET + request("HEAD /metrics HTTP/1.1") + GET,
  "a reading command": array("GET", "key"),
  "a binary key": array("get", "k\x00\xff\x80 '\""),
  "one of a command's uses": array("CONFIG", "GET", "*memory*", "save"),
  "all of its settings": array("CONFIG", "GET", "*"),
  "reads in a transaction": array("MULTI") + array("GET", "k") + array("EXEC"),
  "who one is": array("HELLO", "3") + array("AUTH", "p") + array("CLIENT", "SETNAME", "x"),
  "a plain line": "PING\r\n",
  "lines with other ends, and none": "\r\nget k\n\n  info   server \r\n",
};

test.each(Object.entries(PASSING))("%s passes, whole and byte by byte", (_, text) => {
  expect(hear(text)).toEqual([text, undefined]);
  expect(hear(text, 1)).toEqual([text, undefined]);
});

const METHOD = "a command that looks sends GET and HEAD alone";
const FIELD = "a command that looks sends no body, and no other method or protocol";
const READS = "a command that looks sends Redis what reads, and nothing else";
const LINE = "a request line that is not understood";
const CHANGING = "a GET that changes its server, or holds it up for long";
const HEADER = "a header that is not understood";
const SETTING = "CONFIG GET: a setting that may be a password is shown to no command";
const COMMAND = "a command to Redis that is not understood";

/** Bytes, and why nothing of them passes. */
const REFUSED: readonly (readonly [string, string])[] = [
  [request("DELETE /pd/api/v1/store/1 HTTP/1.1"), `DELETE: ${METHOD}`],
  [request("POST /pd/api/v1/store/1/state?state=Offline HTTP/1.1"), `POST: ${METHOD}`],
  [request("PUT /fail/x HTTP/1.1"), `PUT: ${METHOD}`],
  [request("OPTIONS * HTTP/1.1"), `OPTIONS: ${METHOD}`],
  [request("CONNECT other:80 HTTP/1.1"), `CONNECT: ${METHOD}`],
  [request("get / HTTP/1.1"), `GET: ${METHOD}`],
  [request("GET http://other/ HTTP/1.1"), "a request for another server"],
  [request("GET * HTTP/1.1"), "a request for another server"],
  [request("GET /a b HTTP/1.1"), LINE],
  [request("GET  / HTTP/1.1"), LINE],
  [request("GET\t/ HTTP/1.1"), LINE],
  [request("GET / HTTP/2.0"), LINE],
  [request("GET /debug/pprof/heap_activate?interval=1 HTTP/1.1"), CHANGING],
  [request("GET //debug/%70prof/heap_deactivate HTTP/1.1"), CHANGING],
  [request("GET /debug/x/../pprof/profile?seconds=3600 HTTP/1.1"), CHANGING],
  [request("GET /pd/api/v1/debug/pprof/profile?seconds=1&Seconds=99 HTTP/1.1"), CHANGING],
  [request("GET /\xa0 HTTP/1.1"), LINE],
  [`\r\n${GET}`, ""],
  [request("GET / HTTP/1.1", "Content-Length: 5"), `CONTENT-LENGTH: ${FIELD}`],
  [request("GET / HTTP/1.1", "content-length:0"), `CONTENT-LENGTH: ${FIELD}`],
  [request("GET / HTTP/1.1", "Transfer-Encoding: chunked"), `TRANSFER-ENCODING: ${FIELD}`],
  [request("GET / HTTP/1.1", "Upgrade: h2c"), `UPGRADE: ${FIELD}`],
  [request("GET / HTTP/1.1", "Expect: 100-continue"), `EXPECT: ${FIELD}`],
  [request("GET / HTTP/1.1", "X-HTTP-Method-Override: DELETE"), `THIS: ${FIELD}`],
  [request("GET / HTTP/1.1", "x-method: PUT"), `X-METHOD: ${FIELD}`],
  [request("GET / HTTP/1.1", "Content-Length : 5"), HEADER],
  [request("GET / HTTP/1.1", " Transfer-Encoding: chunked"), HEADER],
  [request("GET / HTTP/1.1", "A: b\nDELETE / HTTP/1.1"), HEADER],
  [request("GET / HTTP/1.1", "A: b\rC: d"), HEADER],
  [request("GET / HTTP/1.1", "flushall"), HEADER],
  [request("GET / HTTP/1.1", "A: \x00"), HEADER],
  [request("GET / HTTP/1.1", "Host: again"), "a request has one Host"],
  ["GET / HTTP/1.1\r\nflushall: x\r\n\r\n", "a request has one Host"],
  ["GET / HTTP/1.1\nHost: x\n\n", LINE],
  ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2 is not read here, HTTP/1.1 is"],
  ["\x16\x03\x01\x02\x00\x01", "TLS cannot be read here"],
  [array("DEL", "k"), `DEL: ${READS}`],
  [array("flushall"), `FLUSHALL: ${READS}`],
  [array("EVAL", "return 1", "0"), `EVAL: ${READS}`],
  [array("KEYS", "*"), `KEYS: ${READS}`],
  [array("MONITOR"), `MONITOR: ${READS}`],
  [array("SUBSCRIBE", "x"), `SUBSCRIBE: ${READS}`],
  [array("SORT", "k", "STORE", "d"), `SORT: ${READS}`],
  [array("GETEX", "k", "EX", "1"), `GETEX: ${READS}`],
  [array("CONFIG", "SET", "appendonly", "no"), `CONFIG SET: ${READS}`],
  [array("config", "get", "*", "*"), SETTING],
  [array("CONFIG", "GET", "save", "RequirePass"), SETTING],
  ["CONFIG GET m*\r\n", SETTING],
  ["CONFIG GET * *\r\n", SETTING],
  [array("CONFIG"), `CONFIG THIS: ${READS}`],
  [array("ignore all of it"), `THIS: ${READS}`],
  [array("GET", "a\r\nDELETE / HTTP/1.1\r\n"), COMMAND],
  ["*1\n$4\nPING\n", COMMAND],
  ["*-1\r\n", COMMAND],
  ["*01\r\n$4\r\nPING\r\n", COMMAND],
  ["*1\r\n$4\r\nPINGxx", COMMAND],
  ["*1\r\n:4\r\n", COMMAND],
  ['"DEL" k\r\n', COMMAND],
  ["D\\x45L k\r\n", COMMAND],
  ["PING\x00\r\n", COMMAND],
  ["SET k v\r\n", `SET: ${READS}`],
  ["Host: x\r\n", `THIS: ${READS}`],
];

test.each(REFUSED)("%j is refused, whole and byte by byte", (text, why) => {
  if (why === "") return expect(hear(text)[1]).toBeString();
  expect(hear(text)).toEqual(["", why.replace("THIS", "this")]);
  expect(hear(text, 1)).toEqual(["", why.replace("THIS", "this")]);
});

test("what follows a request or a command that reads is judged as well", () => {
  for (const reading of [GET, GET + GET]) {
    const next = request("DELETE /pd/api/v1/store/1 HTTP/1.1");
    expect(hear(reading + next, 7)).toEqual([reading, `DELETE: ${METHOD}`]);
    expect(hear(`${reading}flushall\r\n`)).toEqual([reading, LINE]);
    expect(hear(reading + array("DEL", "k"))[0]).toBe(reading);
  }
  for (const reading of [array("GET", "k"), "get k\r\n"]) {
    expect(hear(reading + array("DEL", "k"), 3)).toEqual([reading, `DEL: ${READS}`]);
    expect(hear(`${reading}DEL k\r\n`)).toEqual([reading, `DEL: ${READS}`]);
    expect(hear(reading + request("DELETE / HTTP/1.1"))).toEqual([reading, `DELETE: ${READS}`]);
  }
});

test("TLS passes where a person said that it is spoken, and what is read there is judged", () => {
  const judge = openWireJudge({ isSealed: true });
  const hello = Buffer.from("\x16\x03\x01");
  expect([judge(hello), judge(hello)]).toEqual([{ passes: hello }, { passes: hello }]);
  const plain = openWireJudge({ isSealed: true });
  expect(plain(Buffer.from("FLUSHALL\r\n")).refusal?.why).toBe(`FLUSHALL: ${READS}`);
});

test("what never ends is not held for ever", () => {
  const filler = "a".repeat(70_000);
  for (const start of [
    "",
    "GET / HTTP/1.1\r\nHost: x\r\nA: ",
    "PING ",
    "*2\r\n$3\r\nGET\r\n$65000\r\n",
  ]) {
    expect(hear(start + filler, 8_192)).toEqual(["", expect.any(String)]);
  }
});

test("what the guard takes for reading of Redis passes", () => {
  const reads = [...REDIS.verbs].filter(([, kind]) => kind === "read").map(([verb]) => verb);
  const verbs = reads.filter((verb) => !verb.startsWith("--"));
  const refused = verbs.filter((verb) => {
    const uses = REDIS_READS.get(verb.toUpperCase()) ?? [];
    return hear(`${verb} ${uses === "always" ? "" : (uses[0] ?? "")}\r\n`)[1] !== undefined;
  });
  expect(refused).toEqual([]);
});
