// Commands that take members away, in every way in which somebody types it. Whether that does harm
// depends on the moment.
import { type Attempt, type Deed, interrupt, restart } from "./deeds.ts";
import { type Chance, expand } from "./grammar.ts";

/** What a way to interrupt truly does. */
interface Way {
  readonly forms: readonly string[];
  deeds(members: readonly string[]): readonly Deed[];
}

const WORDS = {
  sudo: ["", "", "", "sudo ", "timeout 40 ", "nohup ", "sudo -n "],
  tail: ["", "", "", " 2>&1 | tail -3", " >/dev/null 2>&1", "; operator subject status tikv"],
  name: ["operator-tikv-<m>-1", "operator-tikv-<m>-1", "<m>"],
  m: ["<m>"],
};

/** `<m>` is one member. */
const ONE: readonly Way[] = [
  {
    deeds: (members) => interrupt(...members),
    forms: [
      ...["<sudo>operator subject stop tikv <m><tail>", "operator subject kill tikv <m> --json"],
      ...[
        "operator subject pause tikv <m>",
        "<sudo>docker stop <name><tail>",
        "docker kill <name>",
      ],
      ...[
        "docker stop -t 5 operator-tikv-<m>-1",
        "docker pause <name>",
        "docker compose -p operator-tikv stop <m>",
        "podman stop <m>",
      ],
      ...[
        "docker compose -p operator-tikv kill <m>",
        "docker-compose -p operator-tikv pause <m>",
        "docker container stop operator-tikv-<m>-1",
      ],
      ...[
        "<sudo>systemctl stop <m><tail>",
        "systemctl stop <m>.service",
        "service <m> stop",
        "systemctl kill <m>",
      ],
      ...[
        "docker kill -s STOP operator-tikv-<m>-1",
        "docker exec operator-tikv-<m>-1 kill 1",
        "docker rm -f operator-tikv-<m>-1",
        "docker update --memory 4m operator-tikv-<m>-1",
      ],
      ...[
        "docker network disconnect operator-tikv_default operator-tikv-<m>-1",
        "systemctl mask --now <m>",
        "kill -STOP $(pgrep -f <m>)",
      ],
      ...[
        "x=<m>; operator subject stop tikv $x",
        "M=<m>; docker stop $M",
        "sh -c 'docker stop operator-tikv-<m>-1'",
      ],
      ...[
        "if true; then docker stop operator-tikv-<m>-1; fi",
        "(operator subject stop tikv <m>)",
        "docker stop operator-tikv-<m>-1 || true",
      ],
      ...[
        "echo <m> | xargs docker stop",
        "find /tmp -maxdepth 0 -exec docker stop operator-tikv-<m>-1 \\;",
        "trap 'docker stop operator-tikv-<m>-1' EXIT",
      ],
      ...[
        "operator subject stop tikv <m>; operator subject start tikv tikv1",
        "eval 'docker stop operator-tikv-<m>-1'",
      ],
    ],
  },
  {
    deeds: (members) => restart(...members),
    forms: [
      ...[
        "<sudo>operator subject restart tikv <m><tail>",
        "operator subject restart tikv <m> --json",
      ],
      ...[
        "<sudo>docker restart <name><tail>",
        "docker restart -t 10 operator-tikv-<m>-1",
        "docker compose -p operator-tikv restart <m>",
      ],
      ...[
        "docker compose -p operator-tikv restart <m>",
        "systemctl restart <m>",
        "<sudo>service <m> restart",
      ],
      ...[
        "systemctl try-restart <m>",
        "docker compose up -d --force-recreate <m>",
        "systemctl reload-or-restart <m>",
      ],
      ...[
        "docker stop operator-tikv-<m>-1 && docker start operator-tikv-<m>-1",
        "operator subject start tikv <m>; docker restart operator-tikv-<m>-1",
      ],
    ],
  },
  {
    deeds: (members) => [{ does: "interrupt", members, lagMs: 2_500 }],
    forms: [
      ...[
        "docker kill -s TERM operator-tikv-<m>-1",
        "docker kill --signal=SIGTERM operator-tikv-<m>-1",
        "systemctl stop --no-block <m>",
      ],
      ...[
        "docker stop -t 600 operator-tikv-<m>-1",
        "timeout 1 docker stop operator-tikv-<m>-1",
        "docker stop operator-tikv-<m>-1 &",
        "(sleep 2; docker stop operator-tikv-<m>-1) &",
      ],
      ...[
        "sleep 2; docker stop operator-tikv-<m>-1",
        "echo 'docker stop operator-tikv-<m>-1' | at now",
        "ping -c 3 127.0.0.1; docker stop operator-tikv-<m>-1",
      ],
      ...[
        "systemctl --no-block stop <m>",
        "x=$(ping -c 3 127.0.0.1); operator subject stop tikv <m>",
      ],
    ],
  },
];

/** `<a>` and `<b>` are two. */
const TWO: readonly Way[] = [
  {
    deeds: (members) => interrupt(...members),
    forms: [
      ...[
        "operator subject stop tikv <a>; operator subject stop tikv <b>",
        "docker stop operator-tikv-<a>-1 operator-tikv-<b>-1",
      ],
      ...[
        "docker stop operator-tikv-<a>-1 && docker stop operator-tikv-<b>-1",
        "docker stop operator-tikv-<a>-1 & docker stop operator-tikv-<b>-1 & wait",
        "systemctl stop <a> <b>",
      ],
      ...["for m in <a> <b>; do operator subject stop tikv $m; done", "systemctl stop <a> <a> <b>"],
      ...[
        "systemctl stop <a>.service <a> <b>.service",
        "docker compose -p operator-tikv stop <a> <b>",
        "docker compose -p operator-tikv stop",
      ],
      ...[
        "printf '%s\\n' <a> <b> | xargs -n1 docker stop",
        "docker stop operator-tikv-<a>-1; operator subject kill tikv <b>",
      ],
      ...[
        "docker pause operator-tikv-<a>-1; docker kill operator-tikv-<b>-1",
        "operator subject stop tikv <a> | operator subject stop tikv <b>",
      ],
      ...[
        "f() { docker stop $1; }; f <a>; f <b>",
        "a=<a>; b=<b>; docker stop $a $b",
        "docker stop operator-tikv-<a>-1 `echo operator-tikv-<b>-1`",
      ],
      ...[
        "operator subject stop tikv <a>\noperator subject stop tikv <b>",
        "docker stop {operator-tikv-<a>-1,operator-tikv-<b>-1}",
      ],
      ...[
        "while docker stop operator-tikv-<a>-1; do docker stop operator-tikv-<b>-1; break; done",
        "service <a> stop; service <b> stop",
      ],
    ],
  },
  {
    deeds: (members) => restart(...members),
    forms: [
      ...[
        "docker restart operator-tikv-<a>-1 operator-tikv-<b>-1",
        "for m in <a> <b>; do docker restart $m; done",
        "systemctl restart <a> <b>",
      ],
      ...[
        "operator subject restart tikv <a> & operator subject restart tikv <b>; wait",
        "docker compose -p operator-tikv restart",
      ],
      ...[
        "docker restart $(docker ps -q)",
        "systemctl restart <a> 'tikv-*'",
        "docker-compose -p operator-tikv restart <a> <b>",
      ],
    ],
  },
  {
    // Traffic is the members', too.
    deeds: (members) => interrupt(...members),
    forms: [
      ...[
        "iptables -A INPUT -p tcp --dport 20160 -j DROP",
        "iptables -P INPUT DROP",
        "nft add rule inet filter input drop",
      ],
      ...[
        "tc qdisc add dev lo root netem loss 100%",
        "ip link set lo down",
        "ifconfig lo down",
        "ufw deny 2379",
      ],
      ...[
        "iptables-restore < /tmp/x",
        "tc qdisc replace dev eth0 root tbf rate 1kbit burst 1k latency 1s",
      ],
    ],
  },
];

export interface Blow {
  readonly members: readonly string[];
  readonly chance: Chance;
}

/** One command that takes these members away: one, or two. */
export function interruptionOf({ members, chance }: Blow): Attempt {
  const [a = "", b = ""] = members;
  const way = chance.oneOf(members.length === 1 ? ONE : TWO);
  const command = expand(
    chance.oneOf(way.forms).replaceAll("<a>", a).replaceAll("<b>", b),
    {
      ...WORDS,
      m: [a],
    },
    chance,
  );
  return {
    what: members.length === 1 ? "one member" : "two members",
    command,
    deeds: way.deeds(members),
  };
}
