// What answers for the machine is asked outside of a sandbox by its name. By a path, or as another
// program's own, it would run within, and tell of the sandbox's sockets and routes.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

const UNHELD = { ...KNOWLEDGE, isUnheld: true };

const WITHIN: readonly string[] = [
  ...["/usr/bin/ss -ltn", "/bin/ss -ltn | wc -l", "/usr/sbin/ip -br a", "/sbin/route -n"],
  ...["/usr/sbin/arp -n", "/sbin/ifconfig -a", "/usr/bin/lsof -i :2379 -n -P", "/bin/ps -ef"],
  ...["/usr/bin/netstat -tln", "/usr/sbin/iptables -S", "/sbin/sysctl -n vm.swappiness"],
  ...["/usr/bin/docker ps", "/bin/systemctl status tikv1", "/usr/bin/journalctl -u tikv1 -n 5"],
  ...["env /usr/bin/ss -ltn", "timeout 5 /usr/bin/ss -ltn", "sh -c '/usr/bin/ss -ltn'"],
  ...["command -p ss -ltn", "busybox netstat -tln", "toybox ifconfig -a"],
];

test("by a path, or from another's own, a look within a sandbox is refused", () => {
  expect(WITHIN.filter((line) => worstOf(line) !== "hidden")).toEqual([]);
  const [effect] = classifyCommand("/usr/bin/ss -ltn", KNOWLEDGE);
  expect(effect?.source).toContain("a sandbox's own: write ss alone");
});

test("by its name, in a container, or where there is no sandbox, it is a look", () => {
  const named = [
    "ss -ltn",
    "command ss -ltn",
    "sh -c 'ss -ltn | wc -l'",
    "/usr/bin/cat /x",
    "ip a",
  ];
  expect(named.filter((line) => worstOf(line) !== "read")).toEqual([]);
  expect(worstOf("docker exec tikv1 /usr/bin/ss -ltn")).toBe("read");
  expect(worstOf("/usr/bin/ss -ltn", UNHELD)).toBe("read");
});

test("a change runs outside, by whichever name", () => {
  expect(worstOf("/usr/bin/docker start tikv1")).toBe("start");
});

test("names are asked outside, of the subject's hosts alone, whichever ports they have", () => {
  const ours = ["getent hosts", "getent ahosts pd.example | head -1", "getent hosts 10.0.0.5"];
  expect(ours.filter((line) => worstOf(line) !== "read")).toEqual([]);
  expect(worstOf("getent hosts secret.evil.example")).toBe("foreign");
  expect(worstOf("/usr/bin/getent hosts")).toBe("hidden");
});
