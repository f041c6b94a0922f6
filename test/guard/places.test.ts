// Containers, units and ports are the subject's only where its members really are: what else goes
// by a member's name on this machine is somebody else's.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import type { CommandKnowledge } from "../../src/agent/guard/scope.ts";
import type { Effect, EffectKind } from "../../src/domain/effect.ts";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

const PORTS = [2379, 6380];
const PROCESSES: CommandKnowledge = { ...KNOWLEDGE, ports: PORTS };
const CONTAINERS: CommandKnowledge = { ...KNOWLEDGE, ports: PORTS, project: "operator-tikv-1a" };
const C = "operator-tikv-1a-tikv1-1";

type Table = readonly (readonly [EffectKind, readonly string[]])[];

const ANYWHERE: Table = [
  ["foreign", ["docker stop nginx", "docker exec nginx ls", "docker exec nginx touch /tmp/x"]],
  ["foreign", ["podman stop tikv1", "docker -H tcp://10.9.9.9:2375 ps", "docker stack deploy x"]],
  ["foreign", ["docker login", "docker push x", "docker commit tikv1 x", "docker rename tikv1 x"]],
  ["foreign", ["systemctl set-property tikv1 MemoryMax=1M", "systemctl mask tikv1"]],
  ["foreign", ["systemctl preset-all", "systemctl daemon-reload", "systemctl edit tikv1"]],
  ["oversight", ["systemctl soft-reboot", "systemctl hybrid-sleep", "systemctl default"]],
  ["destroy", ["systemctl clean tikv1", "systemctl clean --what=state tikv1"]],
  [
    "destroy",
    ["docker swarm leave --force", "docker system prune -af", "docker cp /tmp/x tikv1:/"],
  ],
  ["oversight", ["docker top tikv1 eww", "docker container top tikv1 axe"]],
  ["read", ["docker top tikv1", "docker top tikv1 -ef", "docker ps -a"]],
  ["read", ["systemctl list-jobs", "systemctl --failed --no-pager", "systemctl status nginx"]],
  ["hidden", ["docker run alpine true", "docker compose -p operator-tikv up -d"]],
];

const WITH_PROCESSES: Table = [
  ["foreign", ["docker logs nginx", "docker container logs -n 5 operator-tikv-tikv1-1"]],
  ["foreign", ["docker restart tikv1", "docker start tikv1", "docker stop operator-tikv-tikv1-1"]],
  ["foreign", ["docker exec tikv1 ls", "docker compose restart tikv1", "docker compose start"]],
  ["foreign", ["docker compose -p operator-tikv stop tikv1", "docker update --cpus=1 tikv1"]],
  ["foreign", ["systemctl restart tikv1", "systemctl start tikv1", "service tikv1 restart"]],
  ["foreign", ["systemctl start pd-server", "systemctl freeze tikv2"]],
  ["foreign", ["curl http://127.0.0.1:9090/metrics", "redis-cli info", "redis-cli -p 6379 get a"]],
  ["read", ["curl http://127.0.0.1:2379/health", "redis-cli -p 6380 info"]],
  ["interrupt", ["operator subject restart tikv tikv1"]],
];

const WITH_CONTAINERS: Table = [
  ["foreign", ["docker logs nginx", "docker logs --tail 5 nginx", "docker container logs nginx"]],
  ["foreign", ["docker compose -p other logs", "docker compose -f /srv/compose.yml logs"]],
  ["read", [`docker logs ${C}`, `docker logs --since 5m -fn 5 ${C} --until 1m`]],
  ["foreign", ["docker compose logs", "docker logs redis"]],
  ["read", ["docker compose -p operator-tikv-1a logs --tail 5 tikv1"]],
  [
    "foreign",
    ["docker restart tikv1", "docker exec tikv1 ls", "docker stop operator-tikv-tikv1-1"],
  ],
  ["foreign", ["docker compose restart tikv1", "docker compose -p operator-tikv restart tikv1"]],
  ["foreign", ["systemctl restart tikv1", `docker network connect host ${C}`]],
  ["foreign", [`docker network connect operator-tikv-1a_b_default ${C}`]],
  ["foreign", [`docker update --cpus 1 ${C} nginx`, `docker restart ${C} nginx`]],
  ["start", [`docker start ${C}`, "docker compose -p operator-tikv-1a start tikv1"]],
  ["interrupt", [`docker restart ${C}`, `docker network disconnect operator-tikv-1a_x ${C}`]],
  ["network", [`docker network connect operator-tikv-1a_default ${C}`]],
  ["network", [`docker network connect --alias tikv1 operator-tikv-1a_default ${C}`]],
  ["network", [`docker network connect --alias=tikv1 operator-tikv-1a_default ${C}`]],
  ["hidden", [`docker network connect --alias tikv2 operator-tikv-1a_default ${C}`]],
  ["hidden", [`docker network connect --ip 10.0.0.9 operator-tikv-1a_default ${C}`]],
  ["start", [`docker kill -s CONT ${C}`, `docker kill --signal=SIGCONT ${C}`]],
  ["start", ["docker compose -p operator-tikv-1a kill -s CONT tikv1"]],
  ["start", [`docker kill -s 18 ${C}`, `docker kill -s cont ${C}`]],
  ["hidden", [`docker kill -s 19 ${C}`, `docker kill -s 0 ${C}`]],
  ["hidden", [`docker kill -s STOP ${C}`, `docker kill -s CONT -s TERM ${C}`]],
  ["interrupt", [`docker stop -s CONT ${C}`]],
  ["unknown", [`docker update --memory 4m ${C}`]],
  ["configure", [`docker exec ${C} redis-cli config set timeout 0`]],
  ["configure", ["docker compose -p operator-tikv-1a exec tikv1 redis-cli config set timeout 0"]],
  ["read", [`docker exec ${C} sh -c 'cat /etc/hosts'`, `docker exec ${C} ls -H /`]],
  ["oversight", [`docker exec ${C} env`, `docker exec ${C} sh -c printenv`]],
  ["hidden", [`docker exec -w /data ${C} tee CURRENT`, `docker exec ${C} tee CURRENT`]],
];

const ALL = [
  ["nobody knows where they are", KNOWLEDGE, ANYWHERE],
  ["they are processes here", PROCESSES, [...ANYWHERE, ...WITH_PROCESSES]],
  ["they are containers here", CONTAINERS, [...ANYWHERE, ...WITH_CONTAINERS]],
] as const;

for (const [where, knowledge, table] of ALL) {
  for (const [kind, commands] of table) {
    test(`members: ${where}; ${kind}: ${commands.join("; ")}`, () => {
      const judged = commands.map((command) => [command, worstOf(command, knowledge)]);
      expect(judged).toEqual(commands.map((command) => [command, kind]));
    });
  }
}

function changesOf(command: string): readonly Effect[] {
  return classifyCommand(command, CONTAINERS).filter(({ kind }) => kind !== "read");
}

test("a change names the members whose container, address or path stands in it", () => {
  const targets = [
    `docker exec ${C} redis-cli config set timeout 0`,
    `docker network disconnect operator-tikv-1a_x ${C}`,
    "curl -X POST http://pd1:2379/pd/api/v1/leader/resign",
    "curl -X POST http://127.0.0.1:2379/pd/api/v1/leader/transfer/pd1",
  ].map((command) => changesOf(command).flatMap((effect) => effect.targets));
  expect(targets).toEqual([["tikv1"], ["tikv1"], ["pd1"], ["pd1"]]);
});

const NAMED = { ...KNOWLEDGE, ports: [], readHosts: ["127.0.0.1:2379", "10.0.0.5:2379"] };
const OF_ENDPOINTS: Table = [
  ["configure", ["curl -X POST http://127.0.0.1:2379/pd/api/v1/leader/resign"]],
  ["configure", ["pd-ctl scheduler remove evict-leader-scheduler"]],
  ["configure", ["curl -X POST http://10.0.0.5:2379/pd/api/v1/leader/resign"]],
  ["foreign", ["redis-cli -p 6379 config set timeout 0", "redis-cli client unpause"]],
  ["foreign", ['curl -X PUT http://127.0.0.1:9999/api/settings -d \'{"fail_mode":"closed"}\'']],
  ["foreign", ["tikv-ctl --host 127.0.0.1:9 modify-tikv-config -n log.level -v info"]],
  ["foreign", ["pd-ctl -u http://127.0.0.1:2379,http://127.0.0.1:9 config set max-replicas 3"]],
  ["foreign", ["docker restart tikv1", "systemctl restart tikv1"]],
  ["foreign", ["operator subject stop tikv pd1", "operator subject start tikv pd1"]],
  ["foreign", ["operator subject up tikv", "operator subject restart tikv tikv1 --json"]],
  ["foreign", ["operator subject status tikv --json", "operator subject logs tikv tikv1"]],
  ["read", ["curl http://127.0.0.1:20180/metrics", "docker ps", "operator tickets list"]],
];

for (const [kind, commands] of OF_ENDPOINTS) {
  test(`of a subject that was named by endpoints: ${kind}: ${commands.join("; ")}`, () => {
    expect(commands.map((command) => worstOf(command, NAMED))).toEqual(commands.map(() => kind));
  });
}
