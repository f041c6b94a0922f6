// What `operator watch --record` leaves.
import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openTicket, openWatchRoom } from "../support/watch-room.ts";

test("what was shown is recorded", async () => {
  await using room = await openWatchRoom();
  await openTicket(room.store(), "no answer");
  const recording = join(room.dir, "watch.cast");
  await using pty = room.watch({ words: ["--record", recording] });
  await pty.untilScreen((text) => text.includes("Ticket #1 -> open"), "the ticket");
  pty.type("q");
  expect(await pty.exited).toBe(0);
  const [header, ...events] = (await readFile(recording, "utf8")).trim().split("\n");
  expect(JSON.parse(header ?? "")).toMatchObject({ version: 2, width: 160, height: 40 });
  expect(events.join("")).toContain("Ticket #1 -> open");
});

test("a recording that a full disk ended is told of after the screen", async () => {
  await using room = await openWatchRoom();
  const limit = ["sh", "-c", 'trap "" XFSZ; ulimit -f 16; exec "$@"', "sh"];
  const recording = join(room.dir, "watch.cast");
  await using pty = room.watch({ under: limit, words: ["--record", recording] });
  await pty.untilScreen((text) => text.includes("STALE"), "the panels");
  for (let columns = 100; columns < 112; columns += 1) {
    pty.resize(columns, 30);
    await pty.untilScreen((_, rows) => rows[0]?.length === columns, `${columns} columns`);
  }
  pty.type("q");
  expect(await pty.exited).toBe(0);
  const said = (await pty.settled()).join("");
  expect(said).toMatch(/the recording \S+ ends before the show: EFBIG/);
});
