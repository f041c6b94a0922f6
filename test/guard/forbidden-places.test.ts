// What nobody needs to read who repairs: by its name, by a pattern, and where no sandbox hides it.
import { expect, test } from "bun:test";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

const REFUSED: readonly string[] = ["destroy", "oversight", "foreign", "hidden"];

const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  "a device that acts when it is opened": [
    "cat /dev/watchdog",
    "cat < /dev/watchdog",
    "head -c1 /dev/watchdog0",
    "cat /dev/w*",
    "cat /dev/tty",
    "dd if=/dev/mem",
    "find /dev -exec cat {} +",
    "cd /dev; cat watchdog",
    "cd /; cat dev/watchdog",
    "cat /proc/kcore",
    "cat /proc/kmsg",
  ],
  "what another process has": [
    "cat /proc/1/fd/0",
    "cat /proc/1/root/etc/hosts",
    "cat /proc/1/cwd/x",
    "cat /proc/self/task/7/fd/3",
    "cat /proc/1/stat*",
    "grep -r . /proc/1",
    "grep -ra TOKEN /proc",
    "find /proc/1 -type f -exec cat {} +",
    "cat /pro[c]/1/status",
    "cat /p*/1/status",
  ],
  "homes and keys": [
    "cat /root/.ssh/id_rsa",
    "cat ~root/.ssh/id_rsa",
    "cat ~/notes",
    "cat $HOME/.ssh/id_rsa",
    "cat /home/*/.ssh/*",
    "grep -rh x /home --include=id_rsa",
    "diff -rN /tmp/../home /nowhere",
    "cat /etc/../root/x",
    "cd /tmp; cat ../root/x",
    "cat /etc/shadow",
    "cat /etc/ssl/private/x",
    "cat /run/secrets/x",
    "cat variables.env",
    "grep -f /etc/shadow /etc/hosts",
    "grep -f/etc/shadow /etc/hosts",
    "grep x /etc/shadow",
    "grep -e x /etc/shadow",
    "awk 1 /etc/shadow",
    "jq . /root/.docker/config.json",
    "sed -n p /etc/ssh/ssh_host_rsa_key",
    "cp /etc/shadow /tmp/y",
    "sudo cat /etc/shadow",
    "cat /srv/tls/server.key",
    "cat /etc/sha*",
    "head /etc/shado[w]",
    "cd /etc; cat shadow",
    "cd /etc; cat s*w",
    "strings @/etc/shadow",
    "du --files0-from=/etc/shadow",
    "jq -n 'import \"/root/.docker/config\" as $x; $x'",
    "jq -L /srv -n 'include \"x\"; .'",
    "cat /r*",
  ],
};

const READABLE: readonly string[] = [
  "ls -l /dev /root /proc/4321/fd; stat /dev/sda; df /dev/sda1; find /root -name x",
  "cat /proc/4321/status /proc/self/limits /proc/meminfo /proc/pressure/cpu /proc/1/net/tcp",
  "cat /proc/$n/stat /proc/*/status",
  "dd if=/dev/zero of=/dev/null count=1; head -c 8 /dev/urandom; cat < /dev/null",
  "grep '/root/.ssh' /var/log/x; awk '/root/ { print }' /var/log/x; sed -n '/home/p' /var/log/x",
  "jq '.a.key' /tmp/x; grep -c token /var/log/pd.log; echo /etc/shadow",
  "cd /var/log && tail -5 *.log; cat /sys/fs/cgroup/memory.max /etc/hosts",
  "tail /home/op/.operator/subjects/tikv/members/tikv1/x.log",
  "curl -s http://127.0.0.1:2379/home/token",
  "docker compose -f /home/op/tikv/compose.yaml ps",
];

for (const [what, commands] of Object.entries(FORBIDDEN)) {
  for (const command of commands) {
    test(`${what}: ${JSON.stringify(command)} is refused`, () => {
      expect(REFUSED).toContain(String(worstOf(command)));
    });
  }
}

for (const command of READABLE) {
  test(`${JSON.stringify(command)} reads`, () => {
    expect(worstOf(command)).toBe("read");
  });
}

const UNHELD = { ...KNOWLEDGE, isUnheld: true };

test("the network of a sandbox is not shown for the machine's", () => {
  const own = ["cat /proc/net/dev", "cat /proc/self/net/tcp", "cat /proc/sys/net/core/somaxconn"];
  const machines = ["cat /proc/1/net/dev", "ss -lntp", "sysctl net.core.somaxconn"];
  expect(own.filter((line) => worstOf(line) === "read")).toEqual([]);
  expect(own.filter((line) => worstOf(line, UNHELD) !== "read")).toEqual([]);
  expect(machines.filter((line) => worstOf(line) !== "read")).toEqual([]);
});

const ANYTHING: readonly string[] = [
  "printf /etc/%sow shad | xargs cat",
  'cat "$(printf /proc/1/env%s iron)"',
  "find / -name 'id_*' -exec cat {} +",
  "grep -r key /",
  "grep -r key /etc",
  "grep -rl TOKEN ..",
  "cd /var; grep -r key",
  "cd /var/log; cat ../x",
  'while read -r f; do cat "$f"; done < /tmp/x',
];

for (const command of ANYTHING) {
  test(`${JSON.stringify(command)} may read anything, and is held by a sandbox or refused`, () => {
    expect(worstOf(command)).toBe("read");
    expect(REFUSED).toContain(String(worstOf(command, UNHELD)));
  });
}

test("operator's own commands read no other files", () => {
  const flags = ["--state /etc/shadow", "--policy=/etc/shadow", "--db /srv/x.db", "--db x"];
  const lines = flags.map((flag) => `operator guard explain --subject tikv ${flag} -- ls`);
  expect([...lines, "operator tickets list --db /srv/x.db"].map((one) => worstOf(one))).toEqual(
    Array.from({ length: 5 }, () => "oversight"),
  );
  const own = "operator tickets list --db /home/op/.operator/tickets.db";
  expect(
    [own, "operator guard explain --subject tikv -- cat --state x"].map((one) => worstOf(one)),
  ).toEqual(["read", "read"]);
});

test("operator's own files are refused by any pattern that may name them", () => {
  const knowledge = { ...KNOWLEDGE, protectedPaths: ["/srv/a/operator"] };
  const commands = [
    "cat /srv/*/operator/topology.json",
    "cat /srv/?/[n-p]*/x/topology.json",
    "cat /srv/$x/operator/tickets.db",
    "cat /srv/a/*/notes",
  ];
  expect(commands.map((command) => worstOf(command, knowledge))).toEqual(
    commands.map(() => "oversight"),
  );
  expect(worstOf("cat /srv/*/other/x", knowledge)).toBe("read");
});

test("without a sandbox what is written out is read as ever", () => {
  const command = 'tail -5 /var/log/*.log; cat /proc/4321/status; x=y; pgrep y | grep "$x"';
  expect(worstOf(command, UNHELD)).toBe("read");
});
