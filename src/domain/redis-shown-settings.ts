// Which settings of Redis a look may ask for. Some are passwords, and what is asked for by a
// pattern may come in any form, or go on to where nobody takes them out: so a name, or a pattern,
// is one of a topic that no password is of. Pure.

/** Parts of settings' names, and of no password's: `tls-client-key-file-pass` is all of one. */
export const SHOWN_TOPICS: readonly string[] = [
  ...[
    "acllog",
    "active",
    "aof",
    "append",
    "backlog",
    "bio_",
    "bgsave",
    "bind",
    "busy-reply",
    "cert-",
  ],
  ...["client-output", "client-query", "cluster", "cpulist", "crash", "daemonize", "databases"],
  ...[
    "dbfilename",
    "defrag",
    "dh-params",
    "disable-thp",
    "dynamic-hz",
    "enable-",
    "eviction",
    "expire",
    "fsync",
  ],
  ...["hash", "hll-", "io-threads", "jemalloc", "keepalive", "keyspace", "latency", "lazy", "lfu-"],
  ...["listpack", "loglevel", "logfile", "lua-time-limit", "max-", "maxclients", "memory", "oom-"],
  ...["pidfile", "port", "priority", "proc-title", "protected", "proto-max", "protocols", "rdb"],
  ...["replica", "replication", "repl-", "sanitize", "save", "session", "shutdown", "slave"],
  ...["slowlog", "socket", "stream", "supervised", "sync", "syslog", "timeout", "tracking"],
  ...["ziplist", "zset"],
];

/** Too short to be asked for by a part. */
const SHOWN_NAMES = [
  ...["always-show-logo", "acl-pubsub-default", "dir", "hz", "ignore-warnings"],
  ...["list-compress-depth", "propagation-error-behavior", "tls-auth-clients", "tls-ciphers"],
  ...["tls-ciphersuites", "tls-prefer-server-ciphers", "locale-collate"],
];

const SHOWN = new RegExp(
  `^(?:${SHOWN_NAMES.join("|")}|[a-z\\d_*-]*(?:${SHOWN_TOPICS.join("|")})[a-z\\d_*-]*)$`,
  "i",
);

/** All of them at once: what is taken out of that is known by the names in it. */
export function areAllSettings(names: readonly string[]): boolean {
  return names.length === 1 && names[0] === "*";
}

/** Names and patterns as they stand behind CONFIG GET, in any case. */
export function areShownSettings(names: readonly string[]): boolean {
  return names.every((name) => SHOWN.test(name));
}
