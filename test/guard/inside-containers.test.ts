// What runs in a container has the member's memory and time, and outlives whoever asked: which
// looks are short there, beside those that are none.
import { expect, test } from "bun:test";
import type { EffectKind } from "../../src/domain/effect.ts";
import { worstOf } from "./worst-effect.ts";

const LOOKS: readonly string[] = [
  ...["df -h", "ls -la /data", "cat /proc/1/status", "tail -n 50 /data/tikv.log", "free -m"],
  ...["grep -c ERROR /data/tikv.log", "ps aux", "top -b -n 1", "ping -c 3 tikv2", "du -sh /data"],
  ...["find /data -name '*.sst'", "redis-cli info memory", "/pd-ctl store", "date +%s"],
  ...["vmstat 1 3", "ls /dev"],
  ...["curl -s -m 5 http://tikv1:20180/status", "curl -sm5 http://tikv1:20180/status"],
  ...["redis-cli -h 127.0.0.1 ping", "curl --max-time 60 -s http://127.0.0.1:2379/health"],
  ...["timeout 5 ls /data", "wc -l /data/x 2>/dev/null"],
  ...["stat /data", "grep -E 'a|b' /etc/hosts", "ps -eo pid,args"],
  ...["/pd-ctl -u http://127.0.0.1:2379 store", "cat /sys/fs/cgroup/memory.max", "date +%FT%TZ"],
  ...["tc qdisc show dev eth0", "tc -s qdisc show", "iptables -L -n", "iptables -t nat -nvL INPUT"],
  ...[
    "iptables-save",
    "nft list ruleset",
    "kill -0 1",
    "ls -l /proc/1/fd",
    "readlink /proc/1/fd/1",
  ],
  ...["redis-cli --version", "redis-cli -3 info memory"],
  ...["sh -c 'df -h; free -m'", "sh -c 'ls /data/*.log'"],
];

const REFUSED: Readonly<Partial<Record<EffectKind, readonly string[]>>> = {
  hidden: [
    ...["curl -s http://tikv1:20180/status", "curl -s -m 0 http://tikv1:20180/status"],
    ...["curl -m 5 -m 600 http://tikv1:20180/status", "curl --max-time 61 http://tikv1:20180/x"],
    ...["redis-cli -h tikv2 ping", "redis-cli -u redis://tikv2:6379 ping"],
    ...["tail /dev/zero", "sort /dev/zero", "grep x /dev/urandom", "cat /dev/random", "yes"],
    ...["dd if=/dev/zero of=/dev/null bs=10G", "sleep 1000", "seq 1 100000000000", "watch ls"],
    ...["tail -f /data/x", "tail -5F /data/x", "tail --follow /data/x", "ping tikv2", "top -b"],
    ...["find /data -exec cat {} +", "grep -r x /data", "sort /data/dump.rdb", "md5sum /data/x"],
    ...["redis-cli --latency", "redis-cli -r -1 ping", "sh -c 'wc -c < /dev/zero'"],
    ...["sh -c 'while :; do :; done'", "sh -c 'ls | sort'", "free -ms 1"],
    ...["awk 'BEGIN { while (1) n++ }'", "tail -5 //dev/zero", "tail ../dev/zero", "vmstat 1"],
    ...["tail dev/zero", "date -f //dev/zero", "timeout rm ls x"],
    ...["tail /./dev/zero", "tail +1f /data/x"],
    ...["grep -E '((x{9}){9}){9}' /etc/hosts", "grep 'a\n' -r /data", "top -b -n 1 -n 9"],
    ...["ping -c 1 -c 99999 -A tikv2", "free --seconds 1", "findmnt --poll", "cat ../x"],
    ...[
      "cat /data/x",
      'tail "/data/$x"',
      "grep -a x /data/dump.rdb",
      "nl /data/x",
      "cut -f2 /data/x",
      "jq . /data/x",
    ],
    ...["sh -c 'cat /data/x | tail -n 5'", "sh -c 'ls | tail -n 99999999'", "sed -n p /data/x"],
    ...["cat /sys/kernel/debug/tracing/trace_pipe"],
    ...["find /data -printf '%999999999p'"],
    ...["curl -s --limit-rate 1 http://tikv1:20180/status", "strings /data/x"],
    // What has a language of its own reads the pipe outside.
    ...["awk '{ print $1 }' /proc/loadavg", "sed -n 1,5p /etc/hosts", "jq . /x.json"],
    ...["awk '{print} {a=a$0a}' /proc/meminfo", "sed -n '1p ;s/./&&/g' /etc/services"],
    ...["head -c 9000000000 /data/file", "head -n -999999 /etc/hosts", "grep -ex /data/file"],
    ...["wc --files0-from=/data/file", "date -f /data/file", "stdbuf -o8G head -c 5 /etc/hosts"],
    ...["grep --der . /sys/class/net/", "grep -d recurse x /etc", "df --sync", "tr -d a"],
    ...["sh -c 'ls /data/*.log | head -5'", "sh -c 'ps aux | grep tikv'", "tail -n 1"],
    ...["sh -c 'cat < /data/log/x | tail -n 1'", "tail -n 1 /data/raft/01.raftlog"],
    ...["tail -n 1 /data/000123.log", "sh -c 'head -n 1 < /data/file'"],
    ...["sh -c 'head -n 1 /data/file | tail -n 1'", "tail -n 1 /data/file", "ls /sys/x/*/y/*"],
    ...["sh -c 'echo /sys/class/net/*/subsystem/*/subsystem/*'"],
    ...["etcdctl --cluster version defrag", "etcdctl endpoint health --cluster defrag"],
    // A few words make much of little, or never end.
    ...[
      "awk '{x=x x \"a\"}' /proc/cpuinfo",
      "awk 'BEGIN{$90000000=1}'",
      "awk '{NF=9999999}1' /etc/hosts",
    ],
    ...["awk '{gsub(/./,\"&&&&\"); print}' /etc/passwd", "busybox awk '{a=a a $0}' /proc/meminfo"],
    ...["sed 's/./&&/g;s/./&&/g' /etc/passwd", "sed -n 's/./&&/g;p' /etc/passwd"],
    ...["awk 'BEGIN { for (k in ENVIRON) print k, ENVIRON[k] }'", "jq -n env", "jq -n '$ENV'"],
    ...["jq -n '[]|.[536870000]=1'", "jq '[.,.]|[.,.]|tojson' /x.json", "jq '.+.' /x.json"],
    ...["/pd-ctl store --jq='.a[999999999]=1'", "/pd-ctl store --jq '.+.'", "/pd-ctl region scan"],
    ...["sh -c '/pd-ctl store | jq .+.'", "grep -E '(.*)(.*)\\1\\2x' /etc/services"],
    ...["find -L /sys -name z", "find /sys -follow", "ls -LR /sys", "find /data -regex '.*(a*)*b'"],
    ...["stat -c %999999999n /data", "date +%999999999Y", "sed -n 1p /proc/kpagecount"],
    ...["grep x /sys/bus/pci/devices/0/resource0", "curl -s http://pd1:2379/debug/pprof/profile"],
    // Another home, another engine, other units.
    ...["operator subject stop tikv tikv2", "sh -c 'operator subject start tikv tikv2'"],
    ...["docker restart operator-tikv-tikv2-1", "docker compose -p operator-tikv start tikv2"],
    ...["systemctl restart tikv2", "service tikv2 start", "timeout 60 operator subject up tikv"],
  ],
  oversight: [
    ...["env", "env -0", "env a=b", "env -u x", "printenv", "busybox env"],
    ...["sh -c printenv", "ps -o pid:99999", "ps -eo pid,environ"],
  ],
  foreign: ['tail "$x"', "tail /data/../dev/zero", "tail /usr/../dev/zero", "cat /var/run/../x"],
  // What fills a disk there fills the engine's.
  unknown: [
    ...["mktemp", "cp /data/x /tmp/x", "tee /tmp/x", "touch /tmp/x", "sh -c 'df -h > /tmp/x'"],
    // What keeps the data, and is for a person.
    ...["etcdctl alarm disarm", "etcdctl defrag"],
  ],
};

for (const look of LOOKS) {
  test(`in a container ${JSON.stringify(look)} is a short look`, () => {
    expect(worstOf(`docker exec tikv1 ${look}`)).toBe("read");
  });
}

for (const [kind, commands] of Object.entries(REFUSED)) {
  for (const command of commands) {
    test(`in a container ${JSON.stringify(command)} is ${kind}`, () => {
      expect(String(worstOf(`docker exec tikv1 ${command}`))).toBe(kind);
    });
  }
}

test("outside of one a sandbox holds them", () => {
  const held = ["tail /dev/zero", "yes", "sort /var/log/x", "env", "sh -c 'while :; do :; done'"];
  expect(held.map((command) => worstOf(command))).toEqual(held.map(() => "read"));
});
