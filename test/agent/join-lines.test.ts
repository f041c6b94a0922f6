// Comments and parted lines are taken out of a command before it is judged and run, and a shell
// runs the same without them.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { joinLines } from "../../src/agent/join-lines.ts";
import { readToolCall } from "../../src/agent/tools.ts";

const WRITTEN: readonly (readonly [string, string])[] = [
  ["# the dead store\noperator subject start tikv tikv1", "operator subject start tikv tikv1"],
  ["operator subject start tikv 'tikv1' # now", "operator subject start tikv 'tikv1' "],
  ["curl -s \\\n  -d '{\"a\": 1}' \\\n  http://h/x", "curl -s   -d '{\"a\": 1}'   http://h/x"],
  ["echo a\\\n#b", "echo a#b"],
  ['echo \'a # b\' "c # \\" d" # e', 'echo \'a # b\' "c # \\" d" '],
  ["echo 'a\\\nb'", "echo 'a\\\nb'"],
  ["echo $# a#b", "echo $# a#b"],
  ["echo \\;#", "echo \\;#"],
  ["echo a;# b\necho c", "echo a;\necho c"],
  ["echo \\# a", "echo \\# a"],
  ["# nothing else", "# nothing else"],
  ["echo 'open # no", "echo 'open # no"],
  ["cat <<E # no\n# text\nE", "cat <<E # no\n# text\nE"],
];

for (const [said, written] of WRITTEN) {
  test(`${JSON.stringify(said)} is ${JSON.stringify(written)}`, () => {
    expect(joinLines(said)).toBe(written);
  });
}

test("a tool call is read so: what is judged is what is run", () => {
  const read = readToolCall("shell", { command: "# why\nls \\\n/tmp # all", reason: "to see" });
  expect(read).toMatchObject({ tool: "shell", input: { command: "ls /tmp " } });
});

const PIECES = ["a", " ", "#", "\n", "\\", "\\\n", "'", '"', ";", "b c", "$#", "echo x", "(", ")"];

test("a shell says the same with and without", async () => {
  const command = fc
    .array(fc.constantFrom(...PIECES), { maxLength: 12 })
    .map((pieces) => `echo ${pieces.join("")}`);
  await fc.assert(
    fc.asyncProperty(command, async (said) => {
      fc.pre(joinLines(said) !== said);
      expect(await saidBySh(joinLines(said))).toEqual(await saidBySh(said));
    }),
    { numRuns: 300 },
  );
});

/** What it prints, and whether it ends well: a wrong line is wrong either way. */
async function saidBySh(command: string): Promise<readonly [string, boolean]> {
  const sh = Bun.spawn(["/bin/sh", "-c", command], {
    env: { PATH: "/nowhere" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const out = await new Response(sh.stdout).text();
  const isWell = (await sh.exited) === 0;
  return [isWell ? out : "", isWell];
}
