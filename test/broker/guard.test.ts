import { afterEach, beforeEach, expect, test } from "bun:test";
import { OperatorError } from "../../src/domain/errors.ts";
import type { MemberStatus, Runtime } from "../../src/domain/runtime.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { createOperations } from "../../src/runtimes/broker/operations.ts";
import { BrokerRecord } from "../../src/runtimes/broker/record.ts";
import { type BrokerRoom, brokerRoom } from "../support/broker-room.ts";
import { eventually } from "../support/eventually.ts";
import { type MemoryRuntime, memoryRuntime } from "../support/memory-runtime.ts";

const STORES = { store1: "store", store2: "store", store3: "store" };

let subject: MemoryRuntime;
let room: BrokerRoom;
let open: () => Promise<Runtime>;

beforeEach(async () => {
  subject = memoryRuntime({ ...STORES, redis: "redis" });
  open = async () => subject.runtime;
  room = await brokerRoom(() => open());
});

afterEach(() => room[Symbol.asyncDispose]());

function set(name: string, change: Partial<MemberStatus>): void {
  const before = subject.members.get(name);
  if (before) subject.members.set(name, { ...before, ...change });
}

async function tell(words: string): Promise<string> {
  const [verb, member] = words.split(" ");
  const answer: unknown = await room.ask({ do: verb, member });
  const said = JSON.stringify(answer);
  return said.includes('"ok":true') ? "done" : said;
}

test("a role keeps its majority, whoever asks for the rest", async () => {
  expect(await tell("stop store1")).toBe("done");
  const left = "it would leave 1 of 3 members of role store running, which is no majority";
  for (const verb of ["stop", "pause", "restart"]) {
    expect(await tell(`${verb} store2`)).toContain(`${verb} store2 refused: ${left}`);
    expect(await tell(`${verb} redis`)).toContain("leave 0 of 1 members of role redis running");
  }
  expect(await tell("start store1")).toBe("done");
  expect(await tell("pause store2")).toBe("done");
  expect(await tell("stop store3")).toContain(left);
  expect(await tell("stop store2")).toBe("done");
  expect(subject.done).toEqual(["stop store1", "start store1", "pause store2", "stop store2"]);
});

test("one that is unhealthy, or has just been started, supports nobody", async () => {
  for (const health of ["unhealthy", "starting"] as const) {
    set("store3", { health });
    expect(await tell("stop store1")).toContain("1 of 3 members");
  }
  set("store3", { health: "healthy" });
  expect(await tell("stop store1")).toBe("done");
});

test("one that runs and is unhealthy may be restarted, and no more", async () => {
  set("redis", { health: "unhealthy" });
  expect(await tell("stop redis")).toContain("refused");
  expect(await tell("pause redis")).toContain("refused");
  expect(await tell("restart redis")).toBe("done");
});

test("unhealthy ones are restarted one after another", async () => {
  for (const name of Object.keys(STORES)) set(name, { health: "unhealthy" });
  const release = subject.hold();
  const first = tell("restart store1");
  await eventually(() => room.lines.includes("[Broker] allowed: restart store1"), "it begins");
  expect(await tell("restart store2")).toContain("0 of 3 members");
  release();
  expect(await first).toBe("done");
});

test("two that are harmless alone are not done together", async () => {
  const release = subject.hold();
  const both = Promise.all([tell("stop store1"), tell("restart store2"), tell("pause store3")]);
  const isAllowed = (line: string) => line.startsWith("[Broker] allowed");
  await eventually(() => room.lines.filter((line) => !isAllowed(line)).length >= 3, "two refusals");
  release();
  expect((await both).filter((said) => said === "done")).toHaveLength(1);
  expect(subject.done).toHaveLength(1);
});

test("what ends while the broker looks does not count as running", async () => {
  const release = subject.hold();
  const first = tell("stop store1");
  await eventually(() => room.lines.includes("[Broker] allowed: stop store1"), "it begins");
  const isDone = (line: string) => line.startsWith("[Broker] done: stop store1");
  const members = async () => {
    const seen = [...subject.members.values()];
    release();
    await eventually(() => room.lines.some(isDone), "it ends during the look");
    return seen;
  };
  open = async () => ({ ...subject.runtime, members });
  expect(await tell("stop store2")).toContain("1 of 3 members");
  expect(await first).toBe("done");
});

test("what waits for an engine that hangs has a bound", async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const members = () => answered.then(() => subject.runtime.members());
  open = async () => ({ ...subject.runtime, members });
  const asked = Array.from({ length: 20 }, () => tell("start store1"));
  expect(await Promise.race(asked)).toContain("too many operations at once");
  answer();
  const ends = await Promise.all(asked);
  expect(ends.filter((said) => said.includes("too many"))).toHaveLength(4);
  expect(subject.done.length).toBeGreaterThan(0);
});

test("what a member wrote is quoted in one harmless line", async () => {
  const quoting = "starting store1: it ended; the end of its log:\n\u001b[2Jowned\n".repeat(200);
  const operate = () => Promise.reject(new OperatorError("runtime", `\u001b[1m${quoting}`));
  open = async () => ({ ...subject.runtime, operate });
  expect(await tell("start store1")).toContain('"code":"runtime"');
  expect(room.lines.at(-1)).toStartWith(
    "[Broker] failed: start store1: ?[1mstarting store1: it ended; the end of its log: in ",
  );
  expect(String((await room.entries()).at(-1)?.text)).toHaveLength(2000);
});

test("one operation at a time is done with a member", async () => {
  const release = subject.hold();
  const first = tell("stop store1");
  await eventually(() => room.lines.includes("[Broker] allowed: stop store1"), "it begins");
  expect(await tell("start store1")).toContain("start store1 refused: stop of store1 is under way");
  release();
  expect(await first).toBe("done");
});

test("a member is not operated on without end", async () => {
  for (const _ of [1, 2, 3, 4, 5, 6]) expect(await tell("start store1")).toBe("done");
  expect(await tell("start store1")).toContain("store1 was operated on 6 times of late");
  expect(await tell("start store2")).toBe("done");
});

test("what is allowed is on record before it is done, and then how it ended", async () => {
  const release = subject.hold();
  const stopping = tell("stop store1");
  const events = async () => (await room.entries()).map(({ event }) => event);
  await eventually(async () => (await events()).includes("allowed"), "it is on record");
  expect(subject.done).toEqual([]);
  release();
  await stopping;
  expect(await events()).toEqual(["started", "allowed", "done"]);
  expect((await room.entries()).at(-1)).toMatchObject({
    do: "stop",
    member: "store1",
    text: "it is stopped",
    duration_ms: expect.any(Number),
  });
});

test.skipIf(process.platform !== "linux")(
  "what cannot be put on record is not done (skipped elsewhere: /dev/full is Linux's)",
  async () => {
    const signal = new AbortController().signal;
    const settle = async () => undefined;
    await using record = new BrokerRecord({ path: "/dev/full", clock: systemClock, say: () => {} });
    const operations = createOperations({ record, settle, clock: systemClock, signal });
    const stopped = operations.run(subject.runtime, { do: "stop", member: "store1" });
    await expect(stopped).rejects.toMatchObject({
      code: "runtime",
      message: expect.stringContaining("writing the broker's record /dev/full: ENOSPC"),
    });
    expect(subject.done).toEqual([]);
    const after = operations.run(subject.runtime, { do: "stop", member: "store1" });
    await expect(after).rejects.toMatchObject({ code: "runtime" });
  },
);

test("an engine that is away is said to be, and its coming back is noticed", async () => {
  open = () =>
    Promise.reject(new OperatorError("runtime", "looking for a docker engine: nobody listens"));
  for (const question of [{ do: "members" }, { do: "stop", member: "store1" }]) {
    expect(await room.ask(question)).toEqual({
      ok: false,
      code: "runtime",
      message: "looking for a docker engine: nobody listens",
    });
  }
  open = async () => subject.runtime;
  expect(await tell("stop store1")).toBe("done");
});

test("a defect of the broker is told to whoever runs it, and to nobody else", async () => {
  open = () => Promise.reject(new TypeError("secret is not a function"));
  const answer = JSON.stringify(await room.ask({ do: "members" }));
  expect(answer).toContain("a defect of the broker");
  expect(answer).not.toContain("secret");
  expect(room.lines.at(-1)).toBe("[Broker] defect: secret is not a function");
});

test("logs have a bound, and are not read without end", async () => {
  const { log } = Object(await room.ask({ do: "logs", member: "store1", lines: 3 }));
  expect(log).toBe("store1 says 0\nstore1 says 1\nstore1 says 2");
  const reads = Array.from({ length: 40 }, () =>
    room.ask({ do: "logs", member: "store1", lines: 1 }),
  );
  const answers = await Promise.all(reads.map(async (read) => JSON.stringify(await read)));
  expect(answers.filter((said) => said.includes("read too often")).length).toBeGreaterThan(10);
});
