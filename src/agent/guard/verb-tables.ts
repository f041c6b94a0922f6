// What the first words of programs say that take verbs: Redis and the tools of TiKV. Data alone;
// verb-tools.ts reads it.
import type { ChangeFacts, EffectKind } from "../../domain/effect.ts";
import { OF_A_CONNECTION, REDIS_READS } from "../../domain/redis-reads.ts";
import { factsOfRedis, judgeRedis, withholdsKeys } from "./redis-settings.ts";
import { factsOfPdCtl, judgePdCtl, judgeTikvCtl } from "./tikv-words.ts";

export interface VerbTool {
  /** Options with a value that may stand before or among the verbs. */
  readonly valued: readonly string[];
  /** The same, without a value. */
  readonly plain?: readonly string[];
  /** One verb or several, lower case; the longest match counts. */
  readonly verbs: ReadonlyMap<string, EffectKind>;
  /** With one of these anywhere, what changes anything destroys. */
  readonly destroysWith?: RegExp;
  /** Options among the valued whose value is a host or its URL. */
  readonly hosts?: readonly string[];
  /** What the value of an option must look like; these stand once. */
  readonly forms?: Readonly<Record<string, RegExp>>;
  /** Behind the verb the same letters are the verb's. */
  readonly areLeading?: true;
  /** `-p6380` is none of its options. */
  readonly isUnjoined?: true;
  /** Where it goes unless told otherwise; `-p` and the URL of a host tell it. */
  readonly port?: number;
  /** What a verb of the table is with the words that follow it. */
  readonly judge?: (kind: EffectKind, words: readonly string[]) => EffectKind;
  /** Why what a verb reads is for people alone, if it is. */
  readonly withholds?: (words: readonly string[], isHandedOn: boolean) => string | undefined;
  /** Of what is refused for not being understood: what to write in its place, if that is known. */
  readonly instead?: (words: readonly string[]) => string | undefined;
  /** What is told of a change besides its kind. */
  readonly facts?: (words: readonly string[]) => ChangeFacts;
  /** Options besides those with which what reads still reads; any, where it is absent. */
  readonly reads?: RegExp;
  /** With one of these anywhere, what reads changes something. */
  readonly changesWith?: RegExp;
  /** Options whose number is at most this: more, and who is asked is held up. */
  readonly bounds?: Readonly<Record<string, number>>;
  /** With one of these anywhere, what changes anything may be done to the operator itself. */
  readonly oversightWith?: RegExp;
  /** Those of `hosts` that say whom it changes; absent where it changes a whole. */
  readonly changes?: readonly string[];
  /** Whether that member may hand it on to another. */
  readonly handsOn?: (name: string) => boolean;
  /** Its verbs may be written in any case. */
  readonly areCaseless?: true;
  /** Without a verb it reads commands from its input. */
  readonly isShell?: true;
}

/** As the sandbox lets them through; each call of redis-cli is a connection of its own. */
const READS_OF_REDIS = [...REDIS_READS].flatMap(([command, uses]) => {
  const name = command.toLowerCase();
  if (OF_A_CONNECTION.includes(command)) return [];
  return uses === "always" ? name : uses.map((use) => `${name} ${use.toLowerCase()}`);
});

/** What ends soon, keeps little, and tells of its input alone. */
const JQ_FORM = new RegExp(
  "^(?!.*(?:\\b(?:def|env|foreach|import|include|input\\w*|limit|range|recurse|reduce|repeat" +
    "|until|while)\\b|\\$[A-Z_]|\\*))",
  "s",
);

export const REDIS: VerbTool = {
  isShell: true,
  areCaseless: true,
  // With -c it goes where an answer sends it.
  plain: ["--raw", "--no-raw", "--csv", "--json", "--no-auth-warning", "-2", "-3", "-e"],
  valued: [
    ...["-h", "-p", "-n", "-a", "-u", "-t", "--user", "--pass", "-i", "-r", "--pattern", "--count"],
  ],
  hosts: ["-h", "-u"],
  port: 6379,
  forms: { "-p": /^\d{1,5}$/, "-n": /^\d{1,4}$/, "-t": /^\d{1,3}(?:\.\d+)?$/ },
  areLeading: true,
  isUnjoined: true,
  judge: judgeRedis,
  withholds: withholdsKeys,
  facts: factsOfRedis,
  changes: ["-h", "-u"],
  // A proxy's client is whoever stands behind it.
  handsOn: (name) => !/redis|valkey/.test(name),
  bounds: { "-r": 100, "--count": 10_000 },
  verbs: new Map([
    ...READS_OF_REDIS.map((name): [string, EffectKind] => [name, "read"]),
    ...verbs("read", ["--latency", "--latency-history", "--latency-dist", "--bigkeys", "--stat"]),
    ...verbs("read", ["--scan", "--version"]),
    ...verbs("configure", ["config set", "client kill"]),
    // Whatever somebody tries until a restart would stay, beside what was meant.
    ...verbs("unknown", ["config rewrite"]),
    // What is on disk may be the last good copy: written over, it is what memory holds now.
    ...verbs("unknown", ["bgsave", "save", "bgrewriteaof"]),
    ...verbs("configure", ["client unpause", "script kill", "function kill"]),
    ...verbs("interrupt", ["client pause"]),
    // Who is let in: the monitor is one of them.
    ...verbs("oversight", ["acl setuser", "acl deluser", "acl load"]),
    // With what their passwords come to.
    ...verbs("oversight", ["acl list", "acl getuser"]),
    // A replica drops what it has; a failover that is forced loses what was not sent.
    ...verbs("destroy", ["replicaof", "slaveof", "failover"]),
    ...verbs("destroy", ["flushall", "flushdb", "del", "unlink", "getdel", "shutdown", "swapdb"]),
    ...verbs("destroy", ["debug", "script flush", "function flush", "cluster reset", "expire"]),
    ...verbs("destroy", ["cluster flushslots", "restore", "migrate", "rename", "renamenx", "move"]),
    ...verbs("destroy", [
      "cluster forget",
      "cluster failover",
      "cluster replicate",
      "cluster meet",
    ]),
    ...verbs("destroy", ["cluster addslots", "cluster delslots", "cluster setslot"]),
    ...verbs("destroy", ["sentinel remove", "sentinel failover", "sentinel set", "sentinel reset"]),
    ...verbs("destroy", [
      "function delete",
      "function restore",
      "pexpire",
      "expireat",
      "pexpireat",
    ]),
    ...verbs("destroy", ["set", "mset", "getset", "setex", "append", "incr", "incrby", "decr"]),
    ...verbs("destroy", ["hset", "hdel", "zadd", "zrem", "zremrangebyrank", "zremrangebyscore"]),
    ...verbs("destroy", [
      "lpush",
      "rpush",
      "lpop",
      "rpop",
      "lrem",
      "ltrim",
      "sadd",
      "srem",
      "spop",
    ]),
    ...verbs("destroy", ["xadd", "xdel", "xtrim", "copy", "setrange"]),
  ]),
};

export const PD_CTL: VerbTool = {
  isShell: true,
  valued: ["-u", "--pd", "--jq", "--cacert", "--cert", "--key"],
  // It knows the environment and files by these words, and others have no end.
  forms: {
    "--jq": JQ_FORM,
  },
  hosts: ["-u", "--pd"],
  port: 2379,
  judge: judgePdCtl,
  facts: factsOfPdCtl,
  // Others read and write files: `--in`, `--out`.
  reads: /^--(?:status|format|limit|state|count|version|help)(?:=.*)?$/,
  verbs: new Map([
    ...verbs("read", ["store", "stores show", "health", "cluster", "ping", "region", "hot"]),
    ...verbs("read", ["member", "member leader show", "config show", "scheduler show"]),
    ...verbs("read", ["operator show", "operator check", "min-resolved-ts", "tso", "version"]),
    ...verbs("read", ["scheduler describe", "operator history", "store check", "stores check"]),
    ...verbs("read", ["unsafe remove-failed-stores show", "unsafe remove-failed-stores history"]),
    ...verbs("destroy", ["unsafe remove-failed-stores"]),
    ...verbs("configure", ["config set", "scheduler add", "scheduler remove", "scheduler pause"]),
    ...verbs("configure", ["scheduler resume", "scheduler config", "operator add"]),
    ...verbs("configure", ["operator remove", "member leader transfer", "member leader resign"]),
    ...verbs("configure", ["store limit", "store weight", "store label", "store cancel-delete"]),
    ...verbs("destroy", ["store delete", "store remove-tombstone", "stores remove-tombstone"]),
    ...verbs("destroy", ["member delete", "unsafe", "config delete", "config placement-rules"]),
    ...verbs("destroy", ["operator add remove-peer", "operator add merge-region"]),
    // It leaves copies on the stores that it names, and on no others.
    ...verbs("destroy", ["operator add transfer-region"]),
    ...verbs("configure", ["operator add transfer-leader"]),
    ...verbs("configure", ["operator add transfer-peer", "operator add add-peer"]),
    ...verbs("unknown", ["operator add add-learner", "operator add scatter-region"]),
    ...verbs("unknown", ["operator add split-region"]),
    ...verbs("destroy", ["service-gc-safepoint delete"]),
    ...verbs("read", ["config placement-rules show", "service-gc-safepoint"]),
  ]),
};

export const ETCD_CTL: VerbTool = {
  hosts: ["--endpoints"],
  port: 2379,
  reads: /^$a/,
  valued: ["--endpoints", "-w", "--write-out", "--cacert", "--cert", "--key", "--command-timeout"],
  plain: ["--cluster"],
  verbs: new Map([
    ...verbs("read", ["endpoint status", "endpoint health", "member list", "alarm list"]),
    ...verbs("read", ["version"]),
    ...verbs("destroy", ["del", "put", "txn", "compaction", "member remove", "member add"]),
    ...verbs("destroy", ["member update", "snapshot restore", "lease revoke"]),
    // Nothing is deleted: writes are let in again, whatever filled it; or nobody is answered while
    // its file is written anew.
    ...verbs("unknown", ["alarm disarm", "defrag"]),
  ]),
};

export const TIKV_CTL: VerbTool = {
  hosts: ["--host", "--pd"],
  judge: judgeTikvCtl,
  changes: ["--host"],
  reads: /^--?(?:r|region|all-regions|s|skip-tombstone|limit|tag|k|key|show-cf)(?:=.*)?$/,
  // It opens a store's files by itself: writes its log into them, and locks them.
  changesWith: /^--(?:data-dir|config)\b/,
  valued: ["--host", "--pd", "--data-dir", "--config", "--ca-path", "--cert-path", "--key-path"],
  verbs: new Map([
    ...verbs("read", ["metrics", "store", "cluster", "raft", "size", "region-properties", "mvcc"]),
    ...verbs("read", ["--version", "-V"]),
    ...verbs("configure", ["modify-tikv-config"]),
    ...verbs("destroy", ["unsafe-recover", "tombstone", "recover-mvcc", "recreate-region"]),
    ...verbs("destroy", ["reset-to-version", "flashback", "compact-cluster", "ldb"]),
  ]),
};

export function verbs(kind: EffectKind, names: readonly string[]): [string, EffectKind][] {
  return names.map((name) => [name, kind]);
}
