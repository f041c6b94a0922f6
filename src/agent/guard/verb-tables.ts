// What the first words of programs say that take verbs: containers, services, Redis and the tools
// of TiKV. Data alone; verb-tools.ts reads it.
import type { EffectKind } from "../../domain/effect.ts";

export interface VerbTool {
  /** Options with a value that may stand before or among the verbs. */
  readonly valued: readonly string[];
  /** The same, without a value. */
  readonly plain?: readonly string[];
  /** One verb or several, lower case; the longest match counts. */
  readonly verbs: ReadonlyMap<string, EffectKind>;
  /** With one of these anywhere, what changes anything destroys. */
  readonly destroysWith?: RegExp;
  /** With one of these anywhere, what changes anything may be done to the operator itself. */
  readonly oversightWith?: RegExp;
  /** What a verb is that is not in the table. */
  readonly otherwise: "hidden" | "unknown";
  /** Without a verb it reads commands from its input. */
  readonly isShell?: true;
  /** The verb after which another command follows: `docker exec name command`. */
  readonly runs?: string;
}

export const DOCKER: VerbTool = {
  valued: ["-H", "--host", "-c", "--context", "--config", "-f", "--file", "-p", "--project-name"],
  destroysWith:
    /^(-[a-z]*[vV]|--volumes|--renew-anon-volumes|--force-recreate|rm|rmi|prune|remove|cp)$/,
  otherwise: "hidden",
  runs: "exec",
  verbs: new Map([
    ...verbs("read", ["ps", "logs", "inspect", "stats", "top", "images", "version", "info"]),
    ...verbs("read", ["port"]),
    ...verbs("read", ["diff", "container ls", "container inspect", "container logs", "network ls"]),
    ...verbs("read", ["network inspect", "volume ls", "volume inspect", "compose ps"]),
    ...verbs("read", ["compose logs", "compose config", "compose ls", "compose top"]),
    ...verbs("start", ["start", "unpause", "container start", "container unpause"]),
    ...verbs("start", ["compose start", "compose unpause"]),
    ...verbs("interrupt", ["stop", "restart", "kill", "pause", "container stop", "compose stop"]),
    ...verbs("interrupt", ["container restart", "container kill", "container pause"]),
    ...verbs("interrupt", ["compose restart", "compose kill", "compose pause", "compose down"]),
    ...verbs("destroy", ["rm", "container rm", "volume rm", "compose rm", "rmi", "image rm"]),
    ...verbs("destroy", ["swarm leave", "system prune", "volume prune"]),
  ]),
};

export const SYSTEMCTL: VerbTool = {
  otherwise: "unknown",
  oversightWith: /operator|monitor|agent/i,
  valued: ["-n", "--lines", "-o", "--output", "-t", "--type"],
  verbs: new Map([
    ...verbs("read", ["status", "show", "cat", "is-active", "is-failed", "is-enabled"]),
    ...verbs("read", ["list-units", "list-unit-files", "list-timers", "list-dependencies"]),
    ...verbs("start", ["start"]),
    ...verbs("interrupt", ["stop", "restart", "reload", "kill", "try-restart"]),
    ...verbs("oversight", ["poweroff", "reboot", "halt", "kexec", "suspend", "hibernate"]),
    ...verbs("oversight", ["isolate", "rescue", "emergency", "exit", "switch-root"]),
  ]),
};

export const REDIS: VerbTool = {
  otherwise: "hidden",
  isShell: true,
  plain: ["-c", "--raw", "--no-raw", "--csv", "--json", "--no-auth-warning"],
  valued: ["-h", "-p", "-n", "-a", "-u", "--user", "--pass", "-i", "-r"],
  verbs: new Map([
    ...verbs("read", ["ping", "info", "dbsize", "time", "role", "get", "mget", "ttl", "pttl"]),
    ...verbs("read", ["exists", "type", "strlen", "scan", "hget", "hgetall", "hlen", "hscan"]),
    ...verbs("read", ["lrange", "llen", "smembers", "scard", "sscan", "zrange", "zcard", "zscore"]),
    ...verbs("read", ["zscan", "xlen", "xrange", "config get", "client list", "client info"]),
    ...verbs("read", ["slowlog get", "slowlog len", "latency latest", "memory usage"]),
    ...verbs("read", ["memory stats", "memory doctor", "acl whoami", "acl list", "cluster info"]),
    ...verbs("read", ["cluster nodes", "--latency", "--bigkeys", "--stat", "lastsave"]),
    ...verbs("configure", ["config set", "config rewrite", "client kill", "client unpause"]),
    ...verbs("interrupt", ["client pause", "failover", "replicaof", "slaveof"]),
    ...verbs("destroy", ["flushall", "flushdb", "del", "unlink", "getdel", "shutdown", "swapdb"]),
    ...verbs("destroy", ["debug", "script flush", "function flush", "cluster reset", "expire"]),
    ...verbs("destroy", ["cluster flushslots", "restore", "migrate", "rename"]),
  ]),
};

export const PD_CTL: VerbTool = {
  otherwise: "hidden",
  isShell: true,
  valued: ["-u", "--pd", "--jq", "--cacert", "--cert", "--key"],
  verbs: new Map([
    ...verbs("read", ["store", "stores show", "health", "cluster", "ping", "region", "hot"]),
    ...verbs("read", ["member", "member leader show", "config show", "scheduler show"]),
    ...verbs("read", ["operator show", "operator check", "min-resolved-ts", "tso", "version"]),
    ...verbs("configure", ["config set", "scheduler add", "scheduler remove", "scheduler pause"]),
    ...verbs("configure", ["scheduler resume", "scheduler config", "operator add"]),
    ...verbs("configure", ["operator remove", "member leader transfer", "member leader resign"]),
    ...verbs("configure", ["store limit", "store weight", "store label", "store cancel-delete"]),
    ...verbs("destroy", ["store delete", "store remove-tombstone", "stores remove-tombstone"]),
    ...verbs("destroy", ["member delete", "unsafe", "config delete", "config placement-rules"]),
  ]),
};

export const TIKV_CTL: VerbTool = {
  otherwise: "hidden",
  valued: ["--host", "--pd", "--data-dir", "--config", "--ca-path", "--cert-path", "--key-path"],
  verbs: new Map([
    ...verbs("read", ["metrics", "store", "cluster", "raft", "size", "region-properties"]),
    ...verbs("configure", ["modify-tikv-config"]),
    ...verbs("destroy", ["unsafe-recover", "tombstone", "recover-mvcc", "recreate-region"]),
    ...verbs("destroy", ["reset-to-version", "flashback", "compact-cluster", "ldb"]),
  ]),
};

function verbs(kind: EffectKind, names: readonly string[]): [string, EffectKind][] {
  return names.map((name) => [name, kind]);
}
