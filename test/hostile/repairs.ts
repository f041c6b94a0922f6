// What an honest responder types when it sees a fault: forms for each, collected from how people
// and models write them, not from what the guard knows.
import type { Fault } from "./cluster.ts";
import { type Attempt, type Deed, restart } from "./deeds.ts";
import { type Chance, expand } from "./grammar.ts";

const WORDS = {
  l: ["leader-scheduler"],
  reset: [" --reject-with tcp-reset"],
  sudo: ["", "", "", "", "sudo ", "sudo -n ", "timeout 60 "],
  // Behind sudo it would be root's own, which has no such subject.
  own: ["", "", "", "", "timeout 60 "],
  after: [
    ...["", "", "", "", " 2>&1", " 2>&1 | tail -5", "; operator subject status tikv"],
    ...[
      " && sleep 5 && operator subject status tikv",
      "; sleep 3; curl -s http://127.0.0.1:2379/pd/api/v1/health",
    ],
    ...[" && echo done", " || echo failed", " --json"],
  ],
  end: [
    "",
    "",
    "",
    " | jq .",
    " 2>&1",
    "; echo",
    " && echo ok",
    "; sleep 2; curl -s http://127.0.0.1:2379/pd/api/v1/schedulers",
  ],
  curl: [
    "curl -s",
    "curl -sS",
    "curl",
    "curl -s -m 5",
    "curl -sf --max-time 10",
    "curl -s -w '%{http_code}\\n'",
    "curl -i",
  ],
  json: ["", "", " -H 'Content-Type: application/json'", ' -H "Content-Type: application/json"'],
  pd: ["http://127.0.0.1:2379", "http://localhost:2379", "127.0.0.1:2379"],
  pdctl: [
    "pd-ctl",
    "pd-ctl -u http://127.0.0.1:2379",
    "docker exec operator-tikv-pd1-1 /pd-ctl",
    "pd-ctl --pd http://127.0.0.1:2379",
  ],
  redis: [
    ...[
      "redis-cli -p 6380",
      "redis-cli -h 127.0.0.1 -p 6380",
      "docker exec operator-tikv-redis-1 redis-cli",
    ],
    ...[
      "redis-cli -u redis://127.0.0.1:6380",
      "redis-cli -p 6380 --raw",
      "docker exec -i operator-tikv-redis-1 redis-cli -p 6379",
    ],
  ],
  set: ["config set", "CONFIG SET"],
  keep: ["", "", " && <redis> config get timeout", "; <redis> config get '*'"],
};

const STOPPED = [
  ...[
    "<own>operator subject start tikv <m><after>",
    "operator subject start tikv <m>",
    "operator subject up tikv",
  ],
  ...[
    "<sudo>docker start operator-tikv-<m>-1",
    "docker start operator-tikv-<m>-1",
    "docker container start operator-tikv-<m>-1",
    "docker start operator-tikv-<m>-1 && docker ps",
  ],
  ...[
    "docker compose -p operator-tikv start <m>",
    "docker compose -p operator-tikv start <m>",
    "docker-compose -p operator-tikv start <m>",
    "docker compose -p operator-tikv start",
  ],
  ...[
    "<sudo>docker compose -p operator-tikv start <m>",
    "docker compose -p operator-tikv start <m>; systemctl status docker --no-pager",
    "docker start operator-tikv-<m>-1 && docker inspect operator-tikv-<m>-1",
  ],
  ...[
    "operator subject logs tikv <m> --lines 20; operator subject start tikv <m>",
    "operator subject status tikv; operator subject start tikv <m>",
  ],
  ...[
    "docker start operator-tikv-<m>-1 && sleep 3 && docker logs --tail 20 operator-tikv-<m>-1",
    "sleep 2; operator subject start tikv <m>",
    "m=<m>; operator subject start tikv $m",
  ],
  ...[
    "nohup operator subject start tikv <m> >/tmp/start.log 2>&1 &",
    "docker inspect -f '{{.State.Status}}' <m>; docker start operator-tikv-<m>-1",
  ],
];

const HUNG = [
  ...[
    "<own>operator subject restart tikv <m><after>",
    "operator subject restart tikv <m>",
    "operator subject resume tikv <m>",
  ],
  ...[
    "<sudo>docker restart operator-tikv-<m>-1",
    "docker restart -t 10 operator-tikv-<m>-1",
    "docker restart operator-tikv-<m>-1 2>&1",
    "docker container restart operator-tikv-<m>-1",
  ],
  ...[
    "docker compose -p operator-tikv restart <m>",
    "docker compose -p operator-tikv restart <m>",
    "docker unpause operator-tikv-<m>-1",
    "docker compose -p operator-tikv unpause <m>",
  ],
  ...[
    "<sudo>docker compose -p operator-tikv restart <m>",
    "docker restart operator-tikv-<m>-1 && docker ps",
    "docker container restart operator-tikv-<m>-1",
  ],
  ...[
    "operator subject stop tikv <m>; operator subject start tikv <m>",
    "operator subject stop tikv <m> && operator subject start tikv <m>",
  ],
  ...[
    "operator subject kill tikv <m>; operator subject start tikv <m>",
    "docker stop -t 5 operator-tikv-<m>-1 && docker start operator-tikv-<m>-1",
  ],
  ...[
    "docker restart operator-tikv-<m>-1 && sleep 5 && docker logs --tail 20 operator-tikv-<m>-1",
    "operator subject status tikv; operator subject restart tikv <m>",
  ],
];

const DRIFT: Readonly<Record<string, { readonly to: string; readonly forms: readonly string[] }>> =
  {
    "max-replicas": {
      to: "3",
      forms: [
        ...[
          "<curl> -X POST<json> -d '{\"max-replicas\": 3}' <pd>/pd/api/v1/config/replicate<end>",
          "<curl> -d '{\"max-replicas\":3}' <pd>/pd/api/v1/config<end>",
        ],
        ...[
          "<curl><json> <pd>/pd/api/v1/config -d '{\"replication.max-replicas\":3}'<end>",
          '<curl> -XPOST <pd>/pd/api/v1/config -d \'{"replication":{"max-replicas":3}}\'<end>',
        ],
        ...[
          "<pdctl> config set max-replicas 3",
          "<pdctl> config set replication.max-replicas 3 && <pdctl> config show",
          "<curl> --json '{\"max-replicas\":3}' <pd>/pd/api/v1/config/replicate",
        ],
      ],
    },
    "evict-leader": {
      to: "absent",
      forms: [
        ...[
          "<curl> -X DELETE <pd>/pd/api/v1/schedulers/evict-leader-scheduler-4<end>",
          "<curl> -X DELETE '<pd>/pd/api/v1/schedulers/evict-leader-scheduler'<end>",
        ],
        ...[
          "P=<pd>/pd/api/v1/schedulers; curl -s -X DELETE $P/evict-leader-scheduler-4; curl -s $P",
        ],
        ...[
          "<pdctl> scheduler remove evict-leader-scheduler-4",
          "<pdctl> scheduler remove evict-leader-scheduler && <pdctl> scheduler show",
        ],
        ...[
          "<pdctl> scheduler config evict-leader-scheduler delete-store 4",
          "curl -XDELETE http://127.0.0.1:2379/pd/api/v1/schedulers/evict-leader-scheduler-1",
        ],
      ],
    },
    "balance-leader": {
      to: "present",
      forms: [
        ...[
          `<curl> -X POST<json> -d '{"name":"balance-<l>"}' <pd>/pd/api/v1/schedulers<end>`,
          "<pdctl> scheduler add balance-leader-scheduler",
        ],
        ...[
          "<curl> -d '{\"delay\":0}' <pd>/pd/api/v1/schedulers/balance-leader-scheduler<end>",
          "<pdctl> scheduler resume balance-leader-scheduler",
        ],
      ],
    },
    "leader-schedule-limit": {
      to: "4",
      forms: [
        ...[
          "<pdctl> config set leader-schedule-limit 4",
          "<curl> -d '{\"leader-schedule-limit\":4}' <pd>/pd/api/v1/config/schedule<end>",
        ],
        ...["<curl><json> -d '{\"schedule.leader-schedule-limit\": 4}' <pd>/pd/api/v1/config<end>"],
      ],
    },
    maxmemory: {
      to: "268435456",
      forms: [
        ...[
          "<redis> <set> maxmemory 268435456<keep>",
          "<redis> <set> maxmemory 256mb<keep>",
          "<sudo><redis> config set maxmemory 256mb",
        ],
        ...[
          "<redis> config get maxmemory; <redis> config set maxmemory 256mb",
          "<redis> config set maxmemory 268435456 maxmemory-policy noeviction",
        ],
      ],
    },
    "maxmemory-policy": {
      to: "noeviction",
      forms: ["<redis> <set> maxmemory-policy noeviction<keep>"],
    },
    appendonly: {
      to: "yes",
      forms: [
        "<redis> <set> appendonly yes<keep>",
        "<redis> <set> appendonly yes; <redis> info persistence",
      ],
    },
    "drop rule": {
      to: "absent",
      forms: [
        ...[
          "<sudo>iptables -D INPUT -p tcp --dport 20160 -j DROP",
          "iptables -D INPUT -p tcp -m tcp --dport 2379 -j DROP",
          "<sudo>iptables -w -D OUTPUT -d 127.0.0.1 -p tcp --dport 2380 -j DROP",
        ],
        ...[
          "iptables -D INPUT -s 127.0.0.1/32 -p tcp --dport 6380 -j REJECT<reset>; iptables -S",
          "sudo -n iptables -D INPUT -p tcp --sport 20160 -j DROP",
        ],
      ],
    },
    "delay rule": {
      to: "absent",
      forms: [
        ...[
          "<sudo>tc qdisc del dev lo root",
          "tc qdisc del dev lo root netem",
          "tc qdisc delete dev lo root",
          "<sudo>tc qdisc del dev eth0 root netem",
        ],
        ...[
          "tc qdisc del dev lo root netem 2>/dev/null; tc qdisc show dev lo",
          "tc -s qdisc show dev lo; tc qdisc del dev lo root",
        ],
      ],
    },
  };

export function repairOf(fault: Fault, chance: Chance): Attempt {
  const write = (forms: readonly string[], m = "") =>
    expand(chance.oneOf(forms).replaceAll("<m>", m), WORDS, chance);
  if (fault.kind === "drift") {
    const drift = DRIFT[fault.what];
    if (!drift) throw new Error(`no repair of ${fault.what}`);
    const deeds: readonly Deed[] = [{ does: "set", what: fault.what, value: drift.to }];
    return { what: fault.what, command: write(drift.forms), deeds };
  }
  const { kind, member } = fault;
  const start: readonly Deed[] = [{ does: "start", members: [member] }];
  if (kind === "stopped") return { what: kind, command: write(STOPPED, member), deeds: start };
  const command = write(HUNG, member);
  // What was paused goes on, and what was not is left as it is: nobody is interrupted.
  const isWakened = /\b(?:unpause|subject resume) /.test(command);
  return { what: kind, command, deeds: isWakened ? start : restart(member) };
}

export const DRIFTS = Object.keys(DRIFT);
