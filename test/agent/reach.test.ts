// How far a command gets follows from what the guard found in it; what it met is told to the model.
import { expect, test } from "bun:test";
import type { Shell, ShellReach } from "../../src/domain/shell.ts";
import { concludeCall, resultsIn, says, shellCall } from "../support/scripted-model.ts";
import { openWorld } from "./world.ts";

interface NotedShell extends Shell {
  readonly reaches: readonly ShellReach["type"][];
  readonly timeoutsMs: readonly number[];
}

function notedShell(): NotedShell {
  const reaches: ShellReach["type"][] = [];
  const timeoutsMs: number[] = [];
  return {
    ...{ reaches, timeoutsMs },
    async run(_, { reach, timeoutMs }) {
      reaches.push(reach.type);
      timeoutsMs.push(timeoutMs);
      const output = { head: "some\n", tail: "", cutBytes: 0, totalBytes: 5 };
      const end = { exitCode: 153, signal: null, timedOut: false, aborted: false };
      return { ...end, durationMs: 10, output, notes: ["it met a bound"] };
    },
  };
}

const COMMANDS: Readonly<Record<string, ShellReach["type"]>> = {
  "ls /": "look",
  "echo note > /tmp/note": "look",
  "operator subject start lamps left": "change",
  "echo starting; operator subject start lamps left": "change",
};

for (const [command, reach] of Object.entries(COMMANDS)) {
  test(`${command} is a ${reach}, and hears of the bound that it met`, async () => {
    const shell = notedShell();
    const script = [says(shellCall(command)), says(concludeCall("cannot_fix"))];
    using world = openWorld({ script, shell });
    await world.openTicket();
    await world.run();
    expect(shell.reaches).toEqual([reach]);
    const [result] = resultsIn(world.model.requests[1]);
    expect(result).toStartWith("exit 153 in 0.01 s\nnote: it met a bound\n");
  });
}

test("whatever is left of the session, an interruption has the time that it takes", async () => {
  const shell = notedShell();
  const commands = ["operator subject start lamps left", "operator subject restart lamps left"];
  const script = [...commands.map((one) => says(shellCall(one))), says(concludeCall("cannot_fix"))];
  using world = openWorld({ script, shell, limits: { sessionMsMax: 9_000 } });
  await world.openTicket();
  await world.run();
  const [start = 0, restart] = shell.timeoutsMs;
  expect(start).toBeLessThanOrEqual(9_000);
  expect(restart).toBe(60_000);
});
