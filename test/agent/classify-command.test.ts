// What command lines do, each rule beside its near misses.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import type { CommandKnowledge } from "../../src/agent/guard/scope.ts";
import type { EffectKind } from "../../src/domain/effect.ts";

const KNOWLEDGE: CommandKnowledge = {
  members: ["pd1", "tikv1", "tikv2"],
  readHosts: ["10.0.0.5:2379", "pd.example"],
  protectedPaths: ["/home/op/.operator"],
  cwd: "/tmp",
  variables: { HOME: "/home/op", OPERATOR_HOME: "/home/op/.operator" },
};

/** The worst effect decides what the guard says. */
const WORST_FIRST: readonly EffectKind[] = [
  "destroy",
  "oversight",
  "hidden",
  "unknown",
  "interrupt",
  "configure",
  "start",
  "read",
];

function worstOf(command: string): EffectKind | undefined {
  const kinds = classifyCommand(command, KNOWLEDGE).map(({ kind }) => kind);
  return WORST_FIRST.find((kind) => kinds.includes(kind));
}

const CASES: Readonly<Record<EffectKind, readonly string[]>> = {
  read: [
    "",
    "# only a comment",
    "ls -la /var/lib",
    "/usr/bin/cat /etc/hosts",
    "cat /proc/loadavg | grep -v 0 | sort -rn | uniq -c | head -5",
    "ps aux 2>/dev/null | grep tikv; df -h && free -m || true",
    "curl -s http://127.0.0.1:2379/pd/api/v1/stores | jq '.stores[].status'",
    "curl -sS --max-time=2 -o /dev/null -w '%{http_code}' localhost:20180/status",
    "curl -G -d state=0 http://10.0.0.5:2379/pd/api/v1/stores",
    "curl -I http://pd.example/health",
    "curl -XGET 'http://[::1]:2379/health' 2>&1",
    "for port in 2379 2381; do curl -s http://127.0.0.1:$port/health; done",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own form of a variable
    'for m in tikv1 tikv2; do operator subject logs tikv "${m}" --lines 20; done',
    "operator subject status tikv --json",
    "operator tickets list --status open",
    "operator audit show 01ab",
    "operator monitor --subject tikv --once",
    "operator doctor --json",
    "operator tickets --help",
    "sudo -n cat /var/log/syslog",
    "timeout 5 env LC_ALL=C grep -r error /var/log",
    "sh -c 'ls /; echo done'",
    "find /var/log -name '*.log' -mtime -1",
    "find . -name a -exec grep x {} +",
    "ls | xargs -n1 cat",
    "awk -F: '{print $1}' /etc/passwd",
    "sed -n '1,5p' file; sed 's/a/b/g' file",
    "f() { cat /etc/hosts; }; f",
    "kill -0 123",
    "docker compose -f x.yml logs --tail 5 tikv1",
    "docker exec -it pd1 /pd-ctl -u http://127.0.0.1:2379 store 4",
    "redis-cli -p 6380 config get maxmemory",
    "systemctl status tikv -l",
    "command -v curl",
    "dd if=/dev/zero of=/dev/null count=1",
    "uniq a",
    "date +%s",
    "echo $((1 + 2))",
    "cd /var/log && tail -5 syslog",
    'x=$(date); echo "$x"',
  ],
  start: [
    "operator subject start tikv tikv1",
    "operator subject resume tikv tikv2 --json",
    "nohup operator subject start tikv tikv1 >/dev/null 2>&1 &",
    "docker unpause tikv1",
    "kill -CONT 4321",
    "kill -s CONT 4321",
    "systemctl start tikv",
  ],
  interrupt: [
    "operator subject restart tikv pd1",
    "kill 4321",
    "kill -9 4321",
    "docker compose down",
    "docker stop tikv1",
    "systemctl restart tikv",
  ],
  configure: [
    "curl -X DELETE http://127.0.0.1:2379/pd/api/v1/schedulers/evict-leader-scheduler-1",
    `curl -d '{"name":"balance-leader-scheduler"}' http://127.0.0.1:2379/pd/api/v1/schedulers`,
    "curl -X POST 'http://127.0.0.1:2379/pd/api/v1/store/4/state?state=Up'",
    "pd-ctl scheduler remove evict-leader-scheduler-1",
    "redis-cli config set maxmemory 1gb",
  ],
  destroy: [
    "rm -rf /var/lib/tikv",
    "\\rm x",
    '"r"m x',
    "ls; (cd / && rm x)",
    "echo $(rm x)",
    "echo `rm x`",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own form of a variable
    'echo "${A:-$(rm x)}"',
    "cat <<E\n$(rm x)\nE",
    "if true; then rm x; fi",
    "while false; do rm x; done",
    "case a in a) rm x;; esac",
    "f() { rm x; }; true",
    "sudo -u tikv rm x",
    "env A=b timeout -k 1 5 nice -n 5 rm x",
    "ls | xargs rm",
    "xargs -I{} rm {}",
    "sh -c 'rm x'",
    "bash -ec 'sh -c \"rm x\"'",
    "eval 'rm x'",
    "eval rm x",
    "exec rm x",
    "trap 'rm x' EXIT",
    "find / -name x -delete",
    "find / -exec rm {} ;",
    "dd if=/dev/zero of=/dev/sda",
    "truncate -s 0 x",
    "mkfs.ext4 /dev/sdb1",
    "shred x",
    "mv /var/lib/tikv /tmp/old",
    "echo x > /dev/sda",
    "echo x > /home/op/.operator/tickets.db",
    "echo x > $OPERATOR_HOME/tickets.db-wal",
    "cp /dev/null ~/.operator/tickets.db",
    "sqlite3 /home/op/.operator/tickets.db 'delete from audit'",
    "echo | tee ../home/op/.operator/tickets.db",
    "redis-cli FLUSHALL",
    "redis-cli -n 1 flushdb",
    "docker compose down -v",
    "docker compose -f x.yml down --volumes",
    "docker volume rm data",
    "docker system prune",
    "docker exec tikv1 rm -rf /data",
    "docker exec pd1 curl -X DELETE http://127.0.0.1:2379/pd/api/v1/store/4",
    "tikv-ctl --data-dir /d unsafe-recover remove-fail-stores -s 4",
    "pd-ctl -u http://127.0.0.1:2379 store delete 4",
    "pd-ctl unsafe remove-failed-stores 4",
    "curl -X DELETE http://127.0.0.1:2379/pd/api/v1/store/4",
    "curl -XDELETE '127.0.0.1:2379/pd/api/v1//%73tore/4?force'",
    "curl -X DELETE http://127.0.0.1:2379/pd/api/v1/stores/remove-tombstone",
    "curl -X POST 'http://127.0.0.1:2379/pd/api/v1/store/4/state?state=Offline'",
    "operator subject down tikv",
    "operator fault inject tikv store_kill",
  ],
  oversight: [
    "operator tickets resolve 1",
    "operator tickets --db x.db resolve 1",
    "operator --db x.db tickets resolve 1",
    "operator tickets resolve 1 --reason --help",
    "operator actions approve 3",
    "operator fault heal",
    "operator agent",
    "operator monitor --subject tikv",
    "operator monitor --no-once --once",
    "operator audit erase",
    "operator constructor x",
    "kill -9 -1",
    "kill 0",
    "pkill -f operator",
    "pkill -f 'op.rator'",
    "killall bun",
  ],
  hidden: [
    "if then",
    "echo 'unclosed",
    "$CMD -rf x",
    "X=rm; $X -rf /data",
    "$(echo rm) x",
    'eval "$X"',
    'sh -c "$X"',
    "echo cm0gLXJmIC8= | base64 -d | sh",
    "sh ./script.sh",
    "sh <<E\nrm x\nE",
    ". ./script",
    "((rm -rf x))",
    "[[ a > b ]]",
    "cat <(rm x)",
    "echo $'a'",
    "alias cat=rm\ncat x",
    "operator tickets $verb 1",
    "operator $x",
    "echo FLUSHALL | redis-cli",
    "redis-cli $command",
    "docker compose $verb",
    "redis-cli -s get flushall",
    "timeout --what 5 ls",
    "env -S 'rm x' ls",
    "sudo -s",
  ],
  unknown: [
    "python3 -c 'print(1)'",
    "constructor x",
    "./cat x",
    "/tmp/bin/cat x",
    "PATH=/tmp/bin ls",
    "LD_PRELOAD=/tmp/x.so ls",
    "export PATH=/tmp/bin",
    "env PATH=/tmp/bin ls",
    "echo x > /tmp/note",
    "echo x >> notes.txt",
    'echo x > "$file"',
    "mv /tmp/a /tmp/b",
    "sed -i s/a/b/ file",
    "sed 's/a/b/w out' file",
    "sed '1e date' file",
    "awk 'BEGIN { system(\"date\") }'",
    "awk '{ print > \"x\" }' file",
    "awk -f program file",
    "find . -fprint x",
    "sort -o out in",
    "sort --outp=out in",
    "sort $flags in",
    "uniq in out",
    "hostname other",
    "date -s 2020-01-01",
    "ss -K dst 127.0.0.1",
    "curl http://example.com/",
    "curl http://127.0.0.1.example.com/",
    "curl http://10.0.0.5:2380/",
    "curl $url",
    "curl -K config http://127.0.0.1/",
    "curl -o file http://127.0.0.1/",
    "curl -T file http://127.0.0.1/",
    "curl file:///etc/passwd",
    "curl 'http://127.0.0.1:2379/pd/api/v1/{a,b}'",
    "for p in $list; do curl http://127.0.0.1:$p/health; done",
    "for p in 1 2; do p=$x; curl http://127.0.0.1:$p/; done",
    "for p in 1 2; do read p; curl http://127.0.0.1:$p/; done",
    "IFS=1; for p in 2137; do curl http://127.0.0.1:$p/; done",
    "for p in 1 2; do true; done; curl http://127.0.0.1:$p/",
    "kill $(pgrep x)",
    "pkill tikv-server",
    "mount -a",
    "docker run alpine true",
    "pd-ctl store what 4",
    "systemctl isolate rescue",
    "journalctl --vacuum-size=1K",
    "cd ~/.operator && ls",
  ],
};

for (const kind of WORST_FIRST) {
  for (const command of CASES[kind]) {
    test(`${kind}: ${JSON.stringify(command)}`, () => {
      expect(worstOf(command)).toBe(kind);
    });
  }
}

test("code nested in code is read to a depth, then it is hidden", () => {
  const nested = (depth: number): string => (depth === 0 ? "ls" : `eval ${nested(depth - 1)}`);
  expect(worstOf(nested(4))).toBe("read");
  expect(worstOf(nested(20))).toBe("hidden");
});

test("members named in a command are its targets", () => {
  expect(classifyCommand("operator subject stop tikv tikv2", KNOWLEDGE)).toEqual([
    { kind: "interrupt", targets: ["tikv2"], source: "operator subject stop tikv tikv2" },
  ]);
});

test("no command line makes it throw, and each has an effect", () => {
  const pieces = [
    "rm",
    "$(",
    ")",
    "`",
    "'",
    '"',
    "<<E",
    "((",
    "|",
    "&&",
    ";",
    "{",
    "}",
    "\n",
    "\\",
  ];
  for (const first of pieces) {
    for (const second of pieces) {
      for (const third of pieces) {
        const effects = classifyCommand(`${first} ${second}${third}`, KNOWLEDGE);
        expect(effects.length).toBeGreaterThan(0);
      }
    }
  }
});
