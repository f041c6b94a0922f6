// What a change comes to, as its words say it: copies and memory.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { PD, PD_DOORS, REDIS_DOORS } from "./doors.ts";
import { KNOWLEDGE } from "./worst-effect.ts";

test("a command says how many copies it asks for, by whichever door", () => {
  const found = PD_DOORS.flatMap((door) => classifyCommand(door("max-replicas", "5"), KNOWLEDGE));
  expect(found.map(({ copies }) => copies)).toEqual(PD_DOORS.map(() => 5));
});

test("of several counts of copies nobody knows which one is meant", () => {
  const bodies = ['{"max-replicas":7,"max-replicas":3}', '{"max-replicas":3,"max-replicas":3}'];
  const found = bodies.flatMap((body) =>
    classifyCommand(`curl -d '${body}' ${PD}/config`, KNOWLEDGE),
  );
  expect(found.map(({ copies }) => copies)).toEqual([0, 3]);
});

test("a command says how much memory it leaves; of several nobody knows", () => {
  const bytesOf = (value: string) => {
    const found = REDIS_DOORS.flatMap((door) =>
      classifyCommand(door("MaxMemory", value), KNOWLEDGE),
    );
    return found.map(({ memoryBytes }) => memoryBytes);
  };
  expect([bytesOf("100mb"), bytesOf("0"), bytesOf("1g' maxmemory '100mb")]).toEqual(
    [104_857_600, 0, 1].map((bytes) => REDIS_DOORS.map(() => bytes)),
  );
});
