import { afterEach, beforeEach, expect, test } from "bun:test";
import { connect } from "node:net";
import { allOf, type BrokerRoom, brokerRoom, connectTo } from "../support/broker-room.ts";
import { eventually } from "../support/eventually.ts";
import { type MemoryRuntime, memoryRuntime } from "../support/memory-runtime.ts";

const ROLES = { store1: "store", store2: "store", store3: "store", redis: "redis" };

let subject: MemoryRuntime;
let room: BrokerRoom;

beforeEach(async () => {
  subject = memoryRuntime(ROLES);
  room = await brokerRoom(async () => subject.runtime);
});

afterEach(() => room[Symbol.asyncDispose]());

function refusal(text: string): unknown {
  return { ok: false, code: "conflict", message: expect.stringContaining(text) };
}

async function refusals(): Promise<readonly unknown[]> {
  return (await room.entries()).filter(({ event }) => event === "refused");
}

/** Somebody else is served as if nothing were the matter. */
async function othersAreServed(): Promise<void> {
  expect(await room.ask({ do: "members" })).toMatchObject({ ok: true, subject: "toy" });
}

test("what is not offered is refused by name, and nothing is done", async () => {
  const verbs = ["kill", "create", "exec", "mount", "pull", "remove", "disturb", "__proto__"];
  for (const verb of verbs) {
    expect(await room.ask({ do: verb, member: "store1" })).toEqual(
      refusal(`${verb} store1 refused: not offered: only members, logs, start, stop`),
    );
  }
  expect(await refusals()).toHaveLength(verbs.length);
  expect(subject.done).toEqual([]);
});

test("a question with anything that it does not need is malformed", async () => {
  const questions = [
    { do: "stop" },
    { do: "stop", member: "store1", signal: "SIGKILL" },
    { do: "stop", member: ["store1"] },
    { do: "stop", member: "../store1" },
    { do: "stop", member: "store1\nstore2" },
    { do: "stop", member: "store1/json?all=1" },
    { do: "stop", member: "s".repeat(64) },
    { do: "logs", member: "store1", lines: 1001 },
    { do: "logs", member: "store1", lines: 0 },
    { do: "logs", member: "store1", lines: 1.5 },
    { do: "logs", member: "store1", lines: "all" },
    { do: "members", project: "other" },
  ];
  for (const question of questions)
    expect(await room.ask(question)).toEqual(refusal(" refused: malformed: "));
  expect(await refusals()).toHaveLength(questions.length);
  expect(subject.done).toEqual([]);
});

test("a member of nobody's is refused, and recorded with its name", async () => {
  for (const verb of ["stop", "start", "pause"]) {
    expect(await room.ask({ do: verb, member: "grafana" })).toEqual(
      refusal(`${verb} grafana refused: no such member: one of store1, store2, store3, redis`),
    );
  }
  const log = await room.ask({ do: "logs", member: "toy_store1_1", lines: 5 });
  expect(log).toEqual(refusal("no such member"));
  expect((await refusals())[0]).toEqual({
    at_ms: expect.any(Number),
    event: "refused",
    do: "stop",
    member: "grafana",
    text: "no such member: one of store1, store2, store3, redis",
  });
});

test("what is no question is refused in its own words, made harmless", async () => {
  const noise = [
    "GET /containers/json HTTP/1.1\r\nHost: docker\r\n\r\n",
    "POST /v1.41/containers/store1/kill HTTP/1.1\n",
    "\u001b[2J\u001b]0;owned\u0007\n",
    "null\n",
    "[]\n",
    '"stop"\n',
    '{"do":null}\n',
    '{"do":"members"}{"do":"stop"}\n',
    '{"do":"members"}\n{"do":"stop","member":"store1"}\n',
    "\n",
  ];
  for (const text of noise) expect(await room.say(text)).toContain('"ok":false');
  expect(await room.say(Uint8Array.from([0xff, 0xfe, 0x00, 0x0a]))).toContain('"ok":false');
  await eventually(async () => (await refusals()).length === noise.length + 1, "all on record");
  expect(room.lines.join("")).not.toMatch(/[^\x20-\x7e]/);
  expect(subject.done).toEqual([]);
  await othersAreServed();
});

test("more than a kilobyte is not read to its end", async () => {
  const huge = room.say("x".repeat(4 * 1024 * 1024));
  expect(await huge.catch(() => "")).toSatisfy((text) => text === "" || text.includes("1024"));
  await eventually(async () => (await refusals()).length === 1, "it is on record");
  expect((await refusals())[0]).toMatchObject({ text: "over 1024 bytes" });
  await othersAreServed();
});

test("who asks byte by byte, or not at all, is turned away after three seconds", async () => {
  const slow = connectTo(room.socket);
  const silent = connectTo(room.socket);
  const said = Promise.all([allOf(slow), allOf(silent)]);
  const drip = setInterval(() => slow.write(" "), 100);
  await othersAreServed();
  const answers = await said;
  clearInterval(drip);
  for (const answer of answers) expect(answer).toContain("no whole line in 3 s");
  await eventually(async () => (await refusals()).length === 2, "both are on record");
});

test("who keeps a connection open behind its answer is cut off", async () => {
  const held = connect({ path: room.socket, allowHalfOpen: true });
  held.on("error", () => undefined);
  held.write('{"do":"members"}\n');
  const said = allOf(held);
  // Only who writes learns that nobody hears any more.
  const hanging = setInterval(() => held.write(" "), 100);
  expect(await said).toContain('"ok":true');
  clearInterval(hanging);
});

test("a thousand connections that say nothing make way for one that asks", async () => {
  const sockets = Array.from({ length: 1000 }, () => connectTo(room.socket));
  await Promise.all(
    sockets.slice(0, 200).map((one) => new Promise((done) => one.once("connect", done))),
  );
  await othersAreServed();
  for (const socket of sockets) socket.destroy();
  await othersAreServed();
  const text = "it had asked nothing, and another one came";
  const isSaid = async () => JSON.stringify(await refusals()).includes(text);
  await eventually(isSaid, "it is on record");
});

test("a flood of refusals is counted, and does not fill the record", async () => {
  const floods = Array.from({ length: 200 }, () => room.ask({ do: "kill", member: "store1" }));
  await Promise.all(floods);
  expect(await refusals()).toHaveLength(30);
  await room.ask({ do: "stop", member: "store1" });
  const allowed = (await room.entries()).find(({ event }) => event === "allowed");
  expect(allowed).toMatchObject({ do: "stop", member: "store1", refusals_not_written: 170 });
});

test("a connection that ends within its line leaves nothing behind but a line", async () => {
  const socket = connectTo(room.socket);
  const said = allOf(socket);
  socket.end('{"do":"stop","member":"store1"}');
  expect(await said).toContain("it ended within its line");
  const silent = connectTo(room.socket);
  silent.end();
  expect(await allOf(silent)).toBe("");
  await eventually(async () => (await refusals()).length === 1, "one of them is on record");
  expect(subject.done).toEqual([]);
});

test("who goes away without the answer keeps nobody from it", async () => {
  const release = subject.hold();
  const socket = connectTo(room.socket);
  socket.write('{"do":"stop","member":"store1"}\n');
  await eventually(() => room.lines.includes("[Broker] allowed: stop store1"), "it is allowed");
  socket.destroy();
  release();
  await eventually(() => subject.done.includes("stop store1"), "it is done all the same");
  await othersAreServed();
});
