// What a demo leaves up when it is told to, and how a person gets rid of it.
import { expect, test } from "bun:test";
import { builtOperator } from "../support/built-operator.ts";
import { openLiveDemo } from "../support/live-demo.ts";

test("--keep leaves the cluster, and what it prints looks at it and ends it", async () => {
  await using demo = await openLiveDemo({ columns: 120, rows: 40, wordsFor: () => ["--keep"] });
  const { pty } = demo;
  await demo.untilChapter(1, "SPACE next");
  pty.type(" ");
  await demo.untilChapter(2, "SPACE next");
  pty.type("q");
  expect(await pty.exited).toBe(0);
  const said = (await pty.settled()).join("\n");
  expect(said).toContain("tikv stays up");
  const words = (verb: string) =>
    new RegExp(`OPERATOR_HOME=(\\S+) operator (subject ${verb} tikv)`);
  for (const [verb, answer] of [
    ["status", "6 of 6 members running"],
    ["down", "tikv is down"],
  ] as const) {
    const [, home, command = ""] = words(verb).exec(said) ?? [];
    const argv = [await builtOperator(), ...command.split(" ")];
    const { stdout } = Bun.spawnSync(argv, { env: { ...process.env, OPERATOR_HOME: home } });
    expect(stdout.toString()).toContain(answer);
  }
  expect(await demo.leftBehind()).toEqual([expect.stringContaining("operator-demo-")]);
});
