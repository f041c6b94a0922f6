import { expect, test } from "bun:test";
import { openWhileItRestarts } from "../../src/commands/open-subject-patiently.ts";
import { OperatorError } from "../../src/domain/errors.ts";
import { hurriedClock } from "../support/hurried-clock.ts";

/** Rejects the first `failures` times. */
function failing(failures: number, error = new OperatorError("runtime", "no socket is there")) {
  const calls = { count: 0 };
  const open = async () => {
    calls.count += 1;
    if (calls.count <= failures) throw error;
    return "opened";
  };
  return { calls, open };
}

function patience(signal = new AbortController().signal) {
  const said: string[] = [];
  const printError = (line: string) => void said.push(line);
  return { clock: hurriedClock(), signal, printError, said };
}

test("an engine that restarts is waited for, and that is said once", async () => {
  const waiting = patience();
  expect(await openWhileItRestarts(waiting, failing(10).open)).toBe("opened");
  expect(waiting.said).toEqual(["[Trouble] no socket is there; trying again"]);
});

test("an engine that stays away is told after a minute", async () => {
  const waiting = patience();
  const startMs = waiting.clock.now();
  const opening = openWhileItRestarts(waiting, failing(1_000).open);
  await expect(opening).rejects.toThrow("no socket is there");
  expect(waiting.clock.now() - startMs).toBe(60_000);
});

test("a subject that is not up is told at once, and so is the end of an agent", async () => {
  const down = failing(1, new OperatorError("subject", "toy does not run here"));
  await expect(openWhileItRestarts(patience(), down.open)).rejects.toThrow("does not run here");
  const away = failing(1);
  const stopped = openWhileItRestarts(patience(AbortSignal.abort()), away.open);
  await expect(stopped).rejects.toThrow("no socket is there");
  expect([down.calls.count, away.calls.count]).toEqual([1, 1]);
});
