// The real program asks a person, who sends words back, and then says yes: by the real commands.
import { expect, test } from "bun:test";
import { scriptedRequests } from "../support/messages-api.ts";
import type { ScriptedReply } from "../support/messages-api-replies.ts";
import { concludes, type LoneAgent, openLoneAgent, runs } from "./lone-agent.ts";

const SECRET_WORDS = "look at the file first; password=abcdef";

test("words go back to the model, what it proposes then is approved and used", async () => {
  const script = (_: unknown, index: number): ScriptedReply => {
    const name = ["one", "two"][index];
    return name === undefined
      ? concludes("cannot_fix")
      : runs(`touch ${agent.world.scratch}/${name}`);
  };
  await using agent: LoneAgent = await openLoneAgent(script);
  const { world, store, api } = agent;
  const program = agent.start(["--once", "--mode", "approve", "--approval-max", "5m"]);
  await program.untilLine(/waiting for approval #1$/);
  const operator = (...words: readonly string[]) =>
    world.run(["actions", ...words, "--db", `${world.home}/tickets.db`]);
  const shown = (await operator("show", "1")).join("\n");
  expect(shown).toContain(`"command": "touch ${world.scratch}/one"`);
  expect(shown).toMatch(/^state +pending, [45] m/m);
  expect(shown).toMatch(/^way back +NO UNDO/m);
  expect(await operator("revise", "1", SECRET_WORDS)).toEqual(["Action #1 -> revised"]);
  await program.untilLine(/waiting for approval #2$/);
  await operator("approve", "2");
  await program.exited;
  const told = JSON.stringify(scriptedRequests(api)[1]?.body.messages.at(-1));
  expect(told).toContain("approval #1 is sent back for you to revise what you propose");
  expect(told).toContain("look at the file first; password=[redacted]");
  const all = await store.listApprovals({});
  expect(all.map(({ id, state }) => [id, state])).toEqual([
    [2, "used"],
    [1, "revised"],
  ]);
  expect((await world.run(["audit", "replay", "last"])).at(-1)).toContain(
    "the same, byte for byte",
  );
}, 60_000);
