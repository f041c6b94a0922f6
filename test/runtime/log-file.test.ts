// A log that is followed while it is written.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock as clock } from "../../src/infra/clock.ts";
import { followLog } from "../../src/runtimes/local/log-file.ts";
import { eventually } from "../support/eventually.ts";
import { createToyHome } from "../support/toy-home.ts";

let dir: string;
let path: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "operator-log-"));
  path = join(dir, "log");
});

afterEach(() => rm(dir, { recursive: true }));

function follow(lines: number) {
  const said: string[] = [];
  const { signal } = new AbortController();
  let isWritten = true;
  const over = followLog(path, {
    ...{ lines, signal, clock },
    onLine: (line) => void said.push(line),
    isWritten: async () => isWritten,
  });
  const end = () => {
    isWritten = false;
    return over;
  };
  return { said, end };
}

test("the last lines come first, then what is added, whole lines only", async () => {
  await writeFile(path, "one\ntwo\nthree\nfo");
  const { said, end } = follow(2);
  await eventually(() => said.length === 1, "the last whole line");
  await appendFile(path, "ur\nfive");
  await eventually(() => said.length === 2, "the one that was written in two goes");
  await end();
  expect(said).toEqual(["three", "four", "five"]);
});

test("one that is not there yet, and one that begins again, are followed as well", async () => {
  const { said, end } = follow(5);
  await writeFile(path, "first\nsecond\n");
  await eventually(() => said.length === 2, "what was written first");
  await writeFile(path, "anew\n");
  await eventually(() => said.length === 3, "what was written anew");
  await end();
  expect(said).toEqual(["first", "second", "anew"]);
});

test("a member's log is followed to its end", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  const said: string[] = [];
  const { signal } = new AbortController();
  const onLine = (line: string) => void said.push(line);
  const over = runtime.followLog?.("one", { lines: 9, signal, onLine });
  await runtime.operate("one", "stop");
  await over;
  expect(said.at(-1)).toEndWith("one ends");
});
