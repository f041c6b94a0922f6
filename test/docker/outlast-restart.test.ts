// Work that an engine's restart interrupts, without an engine.
import { expect, test } from "bun:test";
import { OperatorError } from "../../src/domain/errors.ts";
import { EngineSilence, sayEngineFailure } from "../../src/runtimes/docker/engine-failure.ts";
import { outlastRestart } from "../../src/runtimes/docker/outlast-restart.ts";
import { hurriedClock } from "../support/hurried-clock.ts";

const { signal } = new AbortController();
const WORDS = { doing: "starting one", where: "at unix:///engine.sock" };

function failureWith(facts: object): OperatorError {
  return sayEngineFailure(Object.assign(new Error("failed"), facts), WORDS);
}

/** Rejects with each of them in turn, then does it. */
function workAfter(failures: readonly unknown[]) {
  const left = [...failures];
  const calls = { count: 0 };
  const work = async () => {
    calls.count += 1;
    if (left.length > 0) throw left.shift();
    return "done";
  };
  return { work, calls };
}

test("while nobody answers it is begun again", async () => {
  const codes = ["ECONNRESET", "ENOENT", "ECONNREFUSED", "EPIPE"];
  const failures = [
    ...codes.map((code) => failureWith({ code })),
    sayEngineFailure(new EngineSilence("no answer in 5000 ms"), WORDS),
  ];
  const { work, calls } = workAfter(failures);
  expect(await outlastRestart(work, { clock: hurriedClock(), signal })).toBe("done");
  expect(calls.count).toBe(6);
});

test("what an engine answers, and what is no failure of one, is told at once", async () => {
  const refused = failureWith({ statusCode: 500, json: { message: "no space left on device" } });
  const ended = new OperatorError("runtime", "starting one: it ended before it answered");
  for (const failure of [refused, ended, failureWith({ code: "EACCES" }), new Error("a defect")]) {
    const { work } = workAfter([failure]);
    await expect(outlastRestart(work, { clock: hurriedClock(), signal })).rejects.toBe(failure);
  }
});

test("an engine that stays away is told after a minute, and on abort at once", async () => {
  const away = failureWith({ code: "ENOENT" });
  const forever = () => Promise.reject(away);
  const clock = hurriedClock(0);
  await expect(outlastRestart(forever, { clock, signal })).rejects.toBe(away);
  expect(clock.now()).toBe(60_000);
  const { work, calls } = workAfter([away]);
  const aborted = { clock, signal: AbortSignal.abort() };
  await expect(outlastRestart(work, aborted)).rejects.toBe(away);
  expect(calls.count).toBe(1);
});
