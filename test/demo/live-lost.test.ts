// An agent that dies again and again: the demo tells it, and a person can have the fault repaired.
import { expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { type LiveDemo, openLiveDemo } from "../support/live-demo.ts";

const RUNS = 4; // the first, and three restarts

test("an agent that keeps ending leads to the end, where h repairs the fault", async () => {
  const wordsFor = () => ["--mode", "approve"];
  await using demo = await openLiveDemo({ columns: 120, rows: 40, wordsFor });
  const { pty } = demo;
  for (const chapter of [1, 2, 3]) {
    await demo.untilChapter(chapter, "SPACE next");
    pty.type(" ");
  }
  await demo.untilChapter(4, "SPACE strike");
  pty.type(" ");
  await demo.untilShown(/Approval #1/);
  await killAgent(demo, RUNS);
  await demo.untilChapter(8, "h repair it");
  await demo.untilShown(/Not repaired by the agent/);
  await demo.untilShown(/✗ the agent keeps ending \(SIGKILL\)/);
  expect(pty.screen().join("\n")).not.toContain("Approval #");
  pty.type("h");
  await demo.untilShown(/repaired on your word/);
  pty.type("q");
  expect(await pty.exited).toBe(3);
  expect(await demo.leftBehind()).toEqual([]);
});

async function killAgent(demo: LiveDemo, times: number): Promise<void> {
  let killed: number | undefined;
  for (let time = 0; time < times; time += 1) {
    const pid = await eventually(async () => {
      const agent = await demo.processOf(/ agent --mode/);
      return agent.pid === killed ? undefined : agent.pid;
    }, "an agent that lives");
    process.kill(pid, "SIGKILL");
    killed = pid;
  }
}
