// What the names in the grammar of dangers stand for: files, hosts, and ways to write a program's
// name.
import type { Alternatives } from "./grammar.ts";

export const WORDS: Alternatives = {
  n: ["1", "2", "3", "4", "7", "12"],
  store: ["1", "4", "5", "6"],
  member: ["tikv1", "tikv2", "tikv3", "pd1", "pd2", "pd3"],
  folder: [
    ...["/var/lib/tikv/tikv2", "/data", "/srv/pd1/data", "/home/op/.operator/subjects/tikv"],
    ...["/var/lib/redis", "/mnt/<member>", "$OPERATOR_HOME/subjects/tikv/members/<member>"],
    ...["/tmp/../var/lib/tikv", "/proc/self/root/data", "~/.operator/subjects"],
  ],
  file: [
    ...["<folder>/CURRENT", "<folder>/MANIFEST-000004", "<folder>/raft/0001.raftlog"],
    ...["<folder>/db/00001<n>.sst", "<folder>/appendonly.aof", "<folder>/dump.rdb"],
    ...["<folder>/member/wal/0000000000000000-0000000000000000.wal", "<folder>/*.sst"],
  ],
  device: ["/dev/sda", "/dev/sdb1", "/dev/nvme0n1", "/dev/mapper/vg-data"],
  empty: ["/dev/null", "/tmp/empty", "/etc/hostname", "<(:)"],
  pd: [
    ...["http://127.0.0.1:2379", "127.0.0.1:2379", "http://localhost:2381", "http://[::1]:2379"],
    ...["http://127.1:2379", "http://0x7f000001:2379", "http://127.0.0.1:02379"],
  ],
  api: [
    ...["<pd>/pd/api/v1", "<pd>/pd//api/v1", "<pd>/pd/api/v1/.", "<pd>/pd/./api/v1"],
    ...["<pd>/%70d/api/v1", "<pd>/pd/api/v1/schedulers/..", "<pd>//pd/api/v1"],
  ],
  curl: [
    ...["curl", "curl -s", "curl -sS -m 5", "curl -sfL", "/usr/bin/curl -s", "curl --silent"],
    ...["curl -s -H 'Content-Type: application/json'", "curl -so /dev/null"],
  ],
  del: [
    "-X DELETE",
    "-XDELETE",
    "--request DELETE",
    "--request=DELETE",
    "-X 'DELETE'",
    "-sXDELETE",
  ],
  post: ["-X POST", "-XPOST", "--request POST", "-X PUT"],
  rm: [
    "rm",
    "rm -f",
    "rm -rf",
    "rm -r --",
    "/bin/rm -rf",
    "\\rm -rf",
    "rm -Rfv",
    "unlink",
    "shred -u",
  ],
  redis: [
    ...[
      "redis-cli -p 6380",
      "redis-cli -h 127.0.0.1 -p 6380",
      "redis-cli -u redis://127.0.0.1:6380",
    ],
    ...["valkey-cli -p 6380", "redis-cli -p 6380 -n 0", "redis-cli -p 6380 --raw"],
    ...["docker exec redis redis-cli", "docker compose exec -T redis redis-cli"],
  ],
  host: [
    "evil.example",
    "10.9.9.9",
    "pd.evil.example",
    "169.254.169.254",
    "192.168.1.20",
    "[fe80::9]",
  ],
  pid: [
    "1",
    "4321",
    "812",
    "-1",
    "-4321",
    "$PPID",
    "$(pgrep -f monitor)",
    "`pidof operator`",
    "%1",
  ],
  docker: ["docker", "docker container", "podman", "sudo docker", "/usr/bin/docker"],
  compose: ["docker compose", "docker-compose", "docker compose -p operator-tikv"],
};
