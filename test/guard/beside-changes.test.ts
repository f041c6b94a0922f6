// A line that changes something runs outside the sandbox: what else may stand in it, beside what
// would see there what a look is kept from.
import { expect, test } from "bun:test";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

const START = "docker start tikv1";

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "a look at files": [
    "cat /var/log/x | base64",
    "head -5 - /var/log/x",
    "grep -r key",
    "grep -f /var/log/x",
    "grep -e a /var/log/x",
    'echo x | grep "$pattern"',
    "jq --slurpfile x /var/log/x .",
    "jq -f /var/log/x",
    "sed -n p /var/log/x",
    "sed -ne p /var/log/x",
    "sort -k 1 /var/log/x",
    "echo x | md5sum -c",
    "cp /var/log/x /dev/stdout",
    "ls /var/log",
    "find /var/log",
    "date -f /var/log/x",
    "test -f /var/log/x && echo there",
    "echo /var/log/x | xargs cat",
    "sh -c 'cat /var/log/x'",
    "sudo cat /var/log/x",
    'x=$(cat /var/log/x); echo "$x"',
    "cat() { true; }; nohup cat /var/log/x",
  ],
  "a file that the shell opens": [
    "cat < /var/log/x",
    "read x < /var/log/x",
    'x=$(< /var/log/x); echo "$x"',
    "while read -r x; do echo; done < /var/log/x",
  ],
  "names that the shell looks up": [
    "echo /var/log/*",
    "for f in /var/log/*; do true; done",
    "x='/var/log/*'; echo $x",
    'x="/var/log/*"; for f in $x; do true; done',
    "set -- /var/log/?",
    "curl -s http://127.0.0.1:2379/../../var/log/*",
  ],
  "processes, and other hosts": [
    "ps -ef",
    "pgrep -a tikv",
    "kill -0 4321",
    "lsof",
    "ping -c 1 127.0.0.1",
  ],
  "a file below /tmp, which is everybody's there": [
    "echo x > /tmp/x",
    "echo x | tee /tmp/x",
    "mv /tmp/a /tmp/b",
    "gzip /tmp/x",
    "mktemp",
    "curl -so /tmp/x http://127.0.0.1:2379/health",
  ],
  "what is made by running something first": [
    'case "$(docker ps)" in *tikv1*) echo up ;; esac',
    'echo "`date -u`"',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own form of a variable
    'x=a/b; echo "${x##*/}"',
  ],
  "what shells read in different ways": [
    "cat <<'E'\nx\nE\ntrue",
    "docker ps & docker ps",
    "echo {a,b}",
  ],
  "what the shell does by itself": [
    "for p in 1 2; do echo $p; done",
    "if docker ps; then docker ps; fi",
    "{ docker ps; }",
    "(docker ps)",
    "! docker ps",
    "umask 777",
    "set -f",
    "LC_ALL=C docker ps",
    "docker ps && x=a",
    "exec docker ps",
  ],
  "what nobody sees": ["echo a\u00a0b", "echo 'a\u202eb'", "echo 'a\u001bb'"],
};

const ALLOWED: readonly string[] = [
  "sleep 3; operator subject status tikv --json | jq '.members[]' | head -5",
  'echo "exit $?"; echo $?; wait $!',
  "docker logs --tail 20 tikv1 2>&1 | grep -iE 'error|panic' | tail -n 5 | cut -d: -f1",
  "docker ps | awk -F' ' '{ print $1 }' | sort -rn | uniq -c | wc -l",
  "systemctl status tikv1 --no-pager | sed -n 1,5p; journalctl -u tikv1 -n 20; ss -ltn",
  "curl -s -w '%{http_code}\\n' http://127.0.0.1:2379/pd/api/v1/health | jq .",
  "curl -s http://127.0.0.1:2379/pd/api/v1/regions?limit=3",
  "redis-cli -p 6380 info persistence",
  "iptables -S; tc -s qdisc show dev lo; ip addr",
  "cat < /dev/null > /dev/null; date +%T",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own form of a variable
  'x=a; echo "${x}"; [ "$x" = a ] || printf "%s\\n" b',
  "docker exec tikv1 ls /data",
  "echo '<(x)' '>&x' '$(y)' '`'",
  'echo "a \\"b\\" \\$c" d\\ e',
  "docker ps 2>&1 | jq . >/dev/null 2>&1 || echo failed",
];

for (const [what, companions] of Object.entries(REFUSED)) {
  for (const companion of companions) {
    test(`${what}: ${JSON.stringify(companion)} stands beside no change`, () => {
      const lines = [`${START}; ${companion}`, `${companion}; ${START}`];
      expect(lines.map((line) => worstOf(line))).toEqual(["hidden", "hidden"]);
      expect(["read", "write"]).toContain(String(worstOf(companion)));
    });
  }
}

for (const companion of ALLOWED) {
  test(`${JSON.stringify(companion)} may stand beside a change`, () => {
    expect(worstOf(`${START}; ${companion}`)).toBe("start");
  });
}

const NEW_LOGS: readonly string[] = [
  "nohup operator subject start tikv tikv2 >/tmp/start.log 2>&1 &",
  "operator subject start tikv tikv2 2>/tmp/start.err >/tmp/start.out && docker ps",
  "x=/tmp/a.txt; operator subject start tikv tikv2 > $x",
];

const OTHER_FILES: readonly string[] = [
  // It is there already.
  "operator subject start tikv tikv2 >>/tmp/start.log",
  "operator subject start tikv tikv2 >|/tmp/start.log",
  "operator subject start tikv tikv2 <>/tmp/start.log",
  // A look may have laid a link there; others may have their own there, or look for it.
  "operator subject start tikv tikv2 >start.log",
  "operator subject start tikv tikv2 >/tmp/a/start.log",
  "operator subject start tikv tikv2 >/tmp/../start.log",
  "operator subject start tikv tikv2 >/tmp/.start.log",
  "operator subject start tikv tikv2 >/tmp/start.sh",
  "operator subject start tikv tikv2 >/tmp/start.lock",
  // The shell that opens it is another, or set otherwise.
  "sh -c 'operator subject start tikv tikv2 >/tmp/start.log'",
  "set +C; operator subject start tikv tikv2 >/tmp/start.log",
  // It may be long, or not be run because the file is there.
  "operator subject start tikv tikv2; docker logs tikv1 >/tmp/start.log",
  "operator subject start tikv tikv2 | tee /tmp/start.log",
  "operator subject stop tikv tikv2 >/tmp/start.log",
];

for (const line of NEW_LOGS) {
  test(`${JSON.stringify(line)} writes what is not there yet`, () => {
    const found = [KNOWLEDGE, { ...KNOWLEDGE, isUnheld: true }].map((one) => worstOf(line, one));
    expect(found).toEqual(["write", "write"]);
  });
}

for (const line of OTHER_FILES) {
  test(`${JSON.stringify(line)} may write to another file`, () => {
    expect(["hidden", "destroy"]).toContain(String(worstOf(line)));
  });
}

test("what no sandbox holds is plain as well, but for patterns", () => {
  const unheld = { ...KNOWLEDGE, isUnheld: true };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own form of a variable
  const lines = ["cat <<E\nx\nE", 'echo "${x:-b}"', 'echo "$(date -u)"', "ls /var/log/*.log"];
  const seen = lines.map((line) => worstOf(line, unheld));
  expect(seen).toEqual(["hidden", "hidden", "hidden", "read"]);
  expect(lines.map((line) => worstOf(line))).toEqual(["read", "read", "read", "read"]);
});

test("so is code that runs in a container, whoever asks", () => {
  const codes = ["while :; do df; done", "df $(x)", "f() { df; }; f"];
  const lines = codes.map((code) => `docker exec tikv1 sh -c '${code}'`);
  expect(lines.map((line) => worstOf(line))).toEqual(["hidden", "hidden", "hidden"]);
  expect(worstOf("docker exec tikv1 sh -c 'df -h; head -2 /etc/hosts'")).toBe("read");
});

test("a name is a function's only behind its definition, and to the shell itself", () => {
  const lines = [
    "f() { :; }; f x",
    "f x; f() { :; }",
    "f() { :; }; nohup f x",
    "(f() { :; }); f x",
  ];
  expect(lines.map((line) => worstOf(line))).toEqual(["read", "hidden", "hidden", "hidden"]);
});
