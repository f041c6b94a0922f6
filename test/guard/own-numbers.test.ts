// A sandbox numbers its processes anew: what the shell calls `$!` is another process to those who
// show the machine's.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { isRefused } from "../../src/domain/effect.ts";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

const MISTAKEN: readonly string[] = [
  'sleep 9 & sleep 1; kill -0 $! 2>/dev/null && echo "HANGS" || echo answered',
  'sleep 9 & kill -0 "$!"',
  "sleep 9 & p=$!; sleep 1; kill -0 $p",
  "sleep 9 & timeout 5 kill -0 $!",
  "sleep 9 & for p in $!; do kill -0 $p; done",
  "sleep 9 & [ -d /proc/$! ] && echo runs",
  "kill -0 $$",
  "ls /proc/$$/fd",
  "cat /proc/$$/limits",
  "cat < /proc/$$/limits",
  "cat /proc/$PPID/comm",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own form of a variable
  'head -1 "/proc/${$}/status"',
  "d=/proc/$$; cat $d/status",
  "echo $$ | while read p; do cat /proc/$p/comm; done",
  "echo $$ | xargs -I{} cat /proc/{}/status",
  "sleep 9 & for p in $(jobs -p); do ls /proc/$p/fd; done",
  'sleep 9 & ps -o stat= -p "$!"',
  "pstree $$",
  "sleep 9 & ps -ef | grep $!",
  'sleep 9 & cat /proc/"$!"/status',
  "sleep 9 & trap 'kill -0 $!' EXIT",
  "sh -c 'cat /proc/$$/limits'",
  "export p=$!; sh -c 'ls /proc/$p/fd'",
];

const MEANT: readonly string[] = [
  "sleep 1 & wait $!; echo $?",
  "curl -s -m 9 http://127.0.0.1:2379/health & wait $!",
  "echo $$; cat /proc/loadavg; kill -0 4321; ps -ef",
  "for p in $(pgrep tikv); do ls /proc/$p/fd; done",
  "cat /proc/self/limits",
  "sleep 1 & wait $!; ps -ef | grep tikv",
  "for p in 21 22; do kill -0 $p && echo $p; done",
];

for (const line of MISTAKEN) {
  test(`of another process in a sandbox, and refused: ${line}`, () => {
    const refused = classifyCommand(line, KNOWLEDGE).find((effect) => isRefused([effect]));
    expect(refused?.source).toContain("wait $! tells how one ended, and timeout 5 ends");
  });
}

test("what asks of the machine's processes, or waits for its own, is answered", () => {
  expect(MEANT.filter((line) => worstOf(line) !== "read")).toEqual([]);
});

test("without a sandbox the shell's numbers are the machine's", () => {
  const [effect] = classifyCommand("cat /proc/$PPID/comm", { ...KNOWLEDGE, isUnheld: true });
  expect(effect?.source).not.toContain("wait $!");
});
