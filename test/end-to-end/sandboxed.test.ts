// An agent whose commands look from within the sandbox: what its model learns, and what not.
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BWRAP_TROUBLE, inSandbox } from "../support/bwrap.ts";
import { eventually } from "../support/eventually.ts";
import { scriptedRequests } from "../support/messages-api.ts";
import { processesNaming } from "../support/processes-naming.ts";
import { concludes, FAKE_KEY, type LoneAgent, openLoneAgent, runs } from "./lone-agent.ts";
import { lastTexts } from "./wire.ts";

const SANDBOXED = ["--sandbox", "require"];
const testInSandbox = test.skipIf(BWRAP_TROUBLE !== undefined);

/** What the model was told of each command, in a session that replays. */
async function tell(commands: (agent: LoneAgent) => readonly string[]) {
  let typed: readonly string[] = [];
  await using agent: LoneAgent = await openLoneAgent((_, index) => {
    if (index === 0) typed = commands(agent);
    const command = typed[index];
    return command === undefined ? concludes("cannot_fix") : runs(command);
  });
  await agent.run(SANDBOXED);
  await agent.world.run(["audit", "replay", "last"]);
  const requests = scriptedRequests(agent.api).slice(1);
  return requests.slice(0, typed.length).map((request) => lastTexts(request)[0]);
}

testInSandbox(
  inSandbox("the cluster that was named is asked, and little else is seen"),
  async () => {
    const told = await tell(({ world, tikv }) => {
      const near = join(world.scratch, "near");
      writeFileSync(near, "secret");
      return [
        `curl -s ${tikv}/pd/api/v1/members | grep -c client_urls`,
        "curl -s --max-time 5 http://127.0.0.1:9/; echo $?",
        `cat ${near}; env; operator tickets list | wc -l`,
        "echo note > /tmp/note",
      ];
    });
    expect(told[0]).toMatch(/^exit 0 in .*\n```text\n4\n```/);
    expect(told[1]).toMatch(/\n7\n/);
    expect(told[2]).toMatch(/No such file or directory\n[\s\S]*OPERATOR_HOME=[\s\S]*\n2\n```/);
    expect(told[2]).not.toContain(FAKE_KEY);
    expect(told[3]).toContain(
      "note: it ran in a sandbox: what it wrote below /tmp is gone with it",
    );
  },
);

testInSandbox(
  inSandbox("kill -9 of the agent ends the sandbox, with what left its session"),
  async () => {
    const isSleeping = async () =>
      (await processesNaming("86420")).some(({ command }) => command.startsWith("sleep"));
    await using agent = await openLoneAgent(() => runs("timeout 86420 sleep 86420"));
    const program = agent.start(SANDBOXED);
    await eventually(isSleeping, "the command runs");
    program.signal("SIGKILL");
    await program.exited;
    await eventually(async () => !(await isSleeping()), "the command is gone");
  },
);
