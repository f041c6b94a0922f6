// Forms in which a tool does what its usual words do not say, each beside what an honest agent
// writes that looks alike.
import { expect, test } from "bun:test";
import type { CommandKnowledge } from "../../src/agent/guard/scope.ts";
import type { EffectKind } from "../../src/domain/effect.ts";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

interface Form {
  readonly what: string;
  /** Absent: members are processes of this machine. */
  readonly knowledge?: CommandKnowledge;
  readonly commands: Partial<Readonly<Record<EffectKind, readonly string[]>>>;
}

const FORMS: readonly Form[] = [
  {
    what: "a verb of docker as the name behind another",
    knowledge: KNOWLEDGE,
    commands: {
      interrupt: ["docker stop tikv1", "docker container stop tikv1"],
      foreign: [
        "docker stop top tikv1 tikv2",
        "docker kill top other-db",
        "docker container restart top tikv1",
        "docker stop exec tikv1 ls",
        "docker push top",
        "docker stop -t5 update -t5 other-db -t5 tikv1",
        "docker update -c 2 other-db -m 6m tikv1",
      ],
      destroy: ["docker rm -fv top tikv1", "docker rm -fv exec tikv1 ls", "docker volume top rm"],
      hidden: [
        "docker attach top",
        "docker run top",
        "docker compose -p ps -f /etc/shadow config -q",
        "docker INSPECT other-db",
        "docker Stop tikv1",
      ],
      read: [
        "docker top tikv1",
        "docker container top tikv1",
        "docker exec tikv1 ls /",
        "docker compose -p operator-tikv exec -T tikv1 ls /",
      ],
    },
  },
  {
    what: "a change that sends a file, or goes where it is sent",
    commands: {
      hidden: [
        "curl -X PUT -d @/etc/shadow http://127.0.0.1:20180/resume_grpc",
        "curl -X POST --data-binary @/etc/shadow http://127.0.0.1:2379/pd/api/v1/leader/resign",
        "curl -X DELETE -d @/etc/shadow http://127.0.0.1:2379/pd/api/v1/operators/1",
        "curl -s -G --data-urlencode 'a b@/etc/shadow' http://127.0.0.1:2379/x",
        "curl -s --data-urlencode '{@/etc/shadow' -G http://127.0.0.1:2379/x",
        "curl -s -G --json @/etc/shadow http://127.0.0.1:2379/x",
        "curl -X POST --data-urlencode ' @/x' http://127.0.0.1:2379/pd/api/v1/leader/resign",
        "docker update -m6m other-db tikv1",
        "docker update --foo other-db tikv1",
        "redis-cli -c -p 6380 config set hz 10",
        "redis-cli -c -p 6380 get k",
      ],
      start: ["curl -X PUT http://127.0.0.1:20180/resume_grpc"],
      configure: ["curl -X POST http://127.0.0.1:2379/pd/api/v1/leader/resign"],
    },
  },
  {
    what: "rules of traffic that run or write something",
    commands: {
      hidden: [
        "iptables -M /tmp/x -L",
        "iptables --modprobe=/tmp/x -A INPUT -p tcp --dport 2379 -j DROP",
        "iptables -A INPUT -m bpf --object-pinned /tmp/x -j DROP",
        "iptables-save -f /data/CURRENT",
        "ip -force -batch /tmp/x",
        "ip link set dev lo xdp obj /tmp/x.o",
        "tc -b /tmp/x",
        "tc filter add dev lo bpf obj /tmp/x.o",
        "nft -i",
      ],
      interrupt: [
        "iptables -A INPUT -p tcp --dport 2379 -j DROP",
        "ip link set dev lo down",
        "nft add rule inet filter input drop",
      ],
      read: ["iptables-save -t nat", "tc -s qdisc show dev lo", "nft -a list ruleset"],
    },
  },
  {
    what: "rules of traffic that are the machine's own",
    commands: {
      foreign: [
        "iptables -D INPUT -s 0.0.0.0/0 -j DROP",
        "iptables -D INPUT -s 127.0.0.1/0 -j DROP",
        "iptables -D INPUT -s 127.0.0.1/0.0.0.0 -j DROP",
        "iptables -D INPUT -s 127.0.0.0/1 -j DROP",
        "iptables -D INPUT -s localhost/0 -j DROP",
        "iptables -D OUTPUT -d 0.0.0.0 -j DROP",
        "iptables -D INPUT -i eth0 -p tcp --dport 2379 -j DROP",
        "iptables -D FORWARD -s 127.0.0.1 -o eth0 -j DROP",
        "ip link set eth0 up",
        "tc qdisc del dev eth0 root tbf",
        "tc qdisc delete dev eth0 root",
      ],
      interrupt: ["tc qdisc del dev lo ingress", "tc qdisc del dev lo clsact"],
      network: [
        "iptables -D INPUT -s 127.0.0.1/32 -j DROP",
        "iptables -D INPUT -s 127.0.0.0/8 -p tcp --dport 2379 -j DROP",
        "iptables -D INPUT -i lo -p tcp --dport 2379 -j DROP",
        "iptables -D INPUT -p tcp --sport 20160 -j DROP",
        "tc qdisc del dev lo root tbf",
        "tc qdisc del dev eth0 root netem",
        "ip link set lo up",
      ],
    },
  },
  {
    what: "this machine's network, of a subject that is elsewhere",
    knowledge: { ...KNOWLEDGE, ports: [] },
    commands: {
      foreign: ["tc qdisc del dev lo root netem", "iptables -D INPUT -s 127.0.0.1 -j DROP"],
      read: ["tc qdisc show dev lo"],
    },
  },
  {
    what: "a project file that others may write, or that is none",
    knowledge: KNOWLEDGE,
    commands: {
      hidden: [
        ...["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0", "/var/tmp/x.yaml", "/dev/shm/x", "-"],
        ...["/srv/../tmp/x.yaml", "/var/run/../tmp/x.yaml", "/tmp/x.yaml", "x.yaml", "./x.yaml"],
        // It would be read out, word by word, for what is wrong in it.
        ...["/etc/shadow", "/root/.netrc", "/var/lib/x/secrets.yaml", "/srv/compose.yaml/key"],
      ].flatMap((file) => [
        `docker compose -f ${file} -p operator-tikv restart tikv2`,
        `docker-compose --file=${file} ps`,
      ]),
      interrupt: ["docker compose -p operator-tikv -f /srv/tikv/compose.yaml restart tikv2"],
      read: [
        "docker compose -f /opt/tikv/compose.yaml ps",
        "docker compose -f /opt/tikv/docker-compose.prod.yml config --services",
      ],
    },
  },
  {
    what: "another engine behind the verb",
    knowledge: KNOWLEDGE,
    commands: {
      foreign: [
        "podman ps --url ssh://root@evil.example/x",
        "podman ps --connection=x",
        "podman logs tikv1 --remote",
      ],
      read: ["podman ps", "podman logs tikv1"],
    },
  },
  {
    what: "an interface of a member alone",
    knowledge: KNOWLEDGE,
    commands: { network: ["docker exec tikv1 ip link set eth0 up"] },
  },
  {
    what: "what a container was given",
    knowledge: KNOWLEDGE,
    commands: {
      oversight: [
        "docker inspect -f '{{.Config}}' nginx",
        "docker inspect -f '{{index .Config \"Env\"}}' tikv1",
        "docker inspect -f '{{json $}}' tikv1",
        "docker inspect -f '{{. | json}}' tikv1",
        "docker inspect --format='{{printf \"%v\" .}}' tikv1",
        "docker inspect -f '{{$x := .Config}}{{$x}}' tikv1",
        "docker inspect -f '{{with .Config}}{{.Env}}{{end}}' tikv1",
        "docker inspect -f '{{with .NoSuch}}{{else}}{{.Config}}{{end}}' tikv1",
        "docker inspect -f '{{with .Mounts}}{{else}}{{.}}{{end}}' tikv1",
        "docker inspect -f '{{.State.Status}} {{\"}}\" .Config}}' tikv1",
        'docker inspect -f \'{{define "x"}}{{.}}{{end}}{{template "x" .}}\' tikv1',
        "docker inspect -f '{{.State.Status}}' -f '{{.Args}}' tikv1",
        "docker compose config --services --environment",
        "docker compose config --quiet --variables",
      ],
      foreign: [
        "docker inspect --format json nginx",
        "docker inspect -fjson nginx",
        "docker inspect -s nginx",
        "docker inspect tikv1 nginx",
      ],
      hidden: ['docker inspect -f "$form" tikv1'],
      read: [
        "docker inspect tikv1",
        "docker inspect --type container --format json tikv1",
        "docker inspect -f '{{json .State}}' tikv1",
        "docker inspect -f '{{.Name}}: {{.State.Status}} {{.RestartCount}}' tikv1 nginx",
        "docker inspect -f '{{range $k, $v := .Mounts}}{{$k}} {{$v.Source}}{{end}}' tikv1",
        "docker inspect -f '{{if .State.Health}}{{.State.Health.Status}}{{else}}-{{end}}' tikv1",
        "docker inspect -f '{{(index .NetworkSettings.Ports \"2379/tcp\" 0).HostPort}}' pd1",
        "docker inspect -f '{{range .Mounts}}{{.}}{{end}} {{.HostConfig.Memory}}' tikv1",
      ],
    },
  },
  {
    what: "which server, said in two ways",
    commands: {
      hidden: [
        "redis-cli -p 6380 -p 6379 config set timeout 0",
        "redis-cli -p 6380 -u redis://127.0.0.1:6379 client kill id 5",
        "redis-cli -h 127.0.0.1 -h 127.0.0.1 -p 6380 info",
        "redis-cli -p 6379.99999999999999999 info",
        "redis-cli -p 6.38e3 info",
        "redis-cli -p6380 info",
        "redis-cli -a -p6380 client kill id 5",
        "redis-cli --user -p 6380 info",
        "redis-cli -p",
        "pd-ctl -u http://127.0.0.1:2379 --pd http://10.0.0.5:2379 store",
        "pd-ctl -u http://127.0.0.1:2379 -u http://127.0.0.1:2379 store",
        "pd-ctl store --jq='$ENV'",
        "pd-ctl store --jq='[range(1e9)]'",
        "pd-ctl store --jq '.stores[] | env'",
        "pd-ctl store --jq='import \"/etc/x\" as $x; $x'",
        "etcdctl --discovery-srv=10.0.0.5 member list",
        "etcdctl endpoint status --discovery-srv 10.0.0.5",
        "tikv-ctl --host 127.0.0.1:20160 --host 127.0.0.1:20160 store",
      ],
      foreign: [
        "redis-cli -u 'redis://127.0.0.1:6380#@10.0.0.1:6379' info",
        "redis-cli -u 'redis://127.0.0.1:6380/../@10.0.0.1:6379' info",
        "redis-cli -u 'redis://127.0.0.1:6380?x@10.0.0.1' info",
        "redis-cli -u 'redis://a@b@127.0.0.1:6380' info",
        "pd-ctl -u 'http://127.0.0.1:2379#@10.9.9.9' store",
      ],
      read: [
        "redis-cli -u redis://127.0.0.1:6380/1 info",
        "redis-cli -u redis://me:word@127.0.0.1:6380 info",
        "redis-cli -h 127.0.0.1 -p 6380 -n 1 zrange a 0 -1",
        "redis-cli -p 6380 --scan --pattern 'limit:*' --count 10",
        "pd-ctl -u http://127.0.0.1:2379,http://10.0.0.5:2379 store",
        "pd-ctl --pd=http://10.0.0.5:2379 store 4",
        "pd-ctl -u http://127.0.0.1:2379 store --jq='.stores[] | {id: .store.id} as $x | $x'",
        "etcdctl --endpoints=10.0.0.5:2379 endpoint status -w table",
        "tikv-ctl --host 127.0.0.1:20160 raft region -r 1",
      ],
    },
  },
  {
    what: "writing over the copy on disk",
    commands: {
      unknown: [
        "redis-cli -p 6380 bgsave",
        "redis-cli -p 6380 BGSAVE SCHEDULE",
        "redis-cli -p 6380 save",
        "redis-cli -p 6380 bgrewriteaof",
      ],
      read: ["redis-cli -p 6380 lastsave"],
    },
  },
  {
    what: "a log that is cut off",
    commands: {
      destroy: ["redis-check-aof --truncate-to-timestamp 1 /data/appendonly.aof"],
      hidden: ["redis-check-aof --what /data/appendonly.aof"],
      read: ["redis-check-aof /data/appendonly.aof", "redis-check-rdb /data/dump.rdb"],
    },
  },
  {
    what: "who is asked, by a variable",
    commands: {
      hidden: [
        "env PD_ADDR=http://10.0.0.9:2379 pd-ctl store",
        "for PD_ADDR in http://10.0.0.9:2379; do pd-ctl store; done",
        "ETCDCTL_ENDPOINTS=http://10.9.9.9:2379 etcdctl member list",
      ],
    },
  },
  {
    what: "what is told to be done later, or to the machine",
    commands: {
      hidden: ['curl -X PUT -d \'{"command":["PING"]}\' http://127.0.0.1:2379/api/jobs/x'],
      foreign: ["blockdev --setro /dev/sda", "choom -p 1 -n 1000", "criu dump -t 1"],
    },
  },
  {
    what: "a cluster that is made anew",
    commands: {
      configure: ["operator subject up tikv"],
      start: ["operator subject start tikv pd1"],
    },
  },
];

const HERE = { ...KNOWLEDGE, ports: [2379, 6380, 20160, 20180] };

for (const { what, commands, knowledge = HERE } of FORMS) {
  for (const [kind, lines = []] of Object.entries(commands)) {
    for (const line of lines) {
      test(`${what}: ${JSON.stringify(line)} is ${kind}`, () => {
        expect<string | undefined>(worstOf(line, knowledge)).toBe(kind);
      });
    }
  }
}
