// Words that mean more, or another, than they seem to: numbers that are none, names that go out,
// options of endpoints, fields that nobody looks for.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import type { CommandKnowledge } from "../../src/agent/guard/scope.ts";
import type { EffectKind } from "../../src/domain/effect.ts";
import { clusterOf, decisionOn } from "./questions.ts";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

const HERE: CommandKnowledge = { ...KNOWLEDGE, ports: [2379, 6380, 20160] };

test("who would have containers made anew is told what starts those that are there", () => {
  const said = ["docker compose up -d tikv2", "docker compose create tikv2"].map((command) =>
    classifyCommand(command, HERE).map(({ kind, source }) => [kind, source.includes("anew")]),
  );
  expect(said).toEqual([[["hidden", true]], [["hidden", true]]]);
});

const JUDGED: Partial<Readonly<Record<EffectKind, readonly string[]>>> = {
  foreign: [
    "iptables -D INPUT -p tcp --dport 020160 -j DROP",
    "redis-cli -h 127.0.0.999 -p 6380 config set hz 10",
    "redis-cli -h 127.0.0.2 -p 6380 config set hz 10",
    "curl -s http://127.0.0.2:2379/health",
    "pd-ctl -u 127.0.0.999:2379 member leader resign",
    "nc -zv 127.0.0.300 2379",
    "getent hosts 127.1.2.256",
    "dig +domain=secret localhost",
    "nslookup -domain=secret localhost",
    "operator monitor --once --subject tikv --pd http://127.0.0.1:6379",
    "operator doctor --pd http://127.0.0.1:22",
    "busctl -H root@evil.example list",
    "machinectl poweroff x",
  ],
  hidden: [
    "operator subject stop tikv tikv1 --broker localhost",
    "operator audit explain 1 --out /tmp/page",
    "findmnt -n -F /etc/wireguard/wg0.conf",
    "findmnt -F/home/op/.netrc",
    "findmnt --tab-file=/etc/sudoers",
    "systemd-inhibit rm -rf /data",
    "systemd-cat ls",
  ],
  oversight: [
    "journalctl -t systemd-coredump -o verbose",
    "journalctl -o export COREDUMP_COMM=redis-server",
    "journalctl -ojson-pretty",
    "journalctl --output=json -n 1",
    "systemctl status tikv1 -o verbose",
    "systemctl status tikv1 --output=export",
    "pgrep --env KEY=value",
  ],
  destroy: [
    // What is approved as unknown may run what stands behind it.
    "doas coproc env rm /data/appendonly.aof",
    "runner --quietly redis-cli -p 6380 flushall",
  ],
  unknown: [
    "runner --quietly cat /etc/hosts",
    "redis-cli -p 6380 config set slowlog-max-len 1",
    "pd-ctl config set tolerant-size-ratio 1e9",
  ],
  read: [
    "journalctl -u tikv1 -o short-iso -n 50",
    "findmnt -n -o TARGET,SIZE /data",
    "operator audit explain 1",
    "docker --version",
    "findmnt",
    "pgrep -af tikv-server",
    "systemctl status tikv1 -o cat",
    "dig +short +time=2 @127.0.0.1 localhost",
    "nslookup -type=A localhost",
    "operator monitor --once --subject tikv --pd http://127.0.0.1:2379",
  ],
  network: ["iptables -D INPUT -p tcp --dport 20160 -j DROP"],
};

for (const [kind, lines] of Object.entries(JUDGED)) {
  test(`by their narrow words they are ${kind}`, () => {
    const judged = lines.map((line) => [line, worstOf(line, HERE)]);
    expect(judged).toEqual(lines.map((line) => [line, kind]));
  });
}

const UP = clusterOf({ pd1: "up", pd2: "up", pd3: "up" });
const KNOWN = { ...KNOWLEDGE, members: ["pd1", "pd2", "pd3"] };

test("who is to lead is named however it is written", () => {
  const url = "http://127.0.0.1:2379/pd/api/v1/leader/transfer/p%642";
  const effects = classifyCommand(`curl -X POST ${url}`, KNOWN);
  const cluster = clusterOf({ pd1: "up", pd2: "down", pd3: "up" });
  expect(decisionOn({ effects, cluster: UP }).decision).toBe("allow");
  expect(decisionOn({ effects, cluster }).rule).toBe("quorum");
});

test("who is stopped in the same line cannot lead", () => {
  const line = "operator subject stop tikv pd2; pd-ctl member leader transfer";
  const decide = (name: string) =>
    decisionOn({ effects: classifyCommand(`${line} ${name}`, KNOWN), cluster: UP });
  expect(decide("pd3").decision).toBe("allow");
  expect(decide("pd2").reason).toContain("cannot lead");
});
