// Programs whose first words say what they do: containers, services, Redis and the tools of TiKV.
import type { EffectKind } from "../../domain/effect.ts";
import { type Classifier, effectOf, type ShellWord } from "./scope.ts";
import { classifyWrapped, isJoinedOption, type Wrapper } from "./wrappers.ts";

interface VerbTool {
  /** Options with a value that may stand before or among the verbs. */
  readonly valued: readonly string[];
  /** The same, without a value. */
  readonly plain?: readonly string[];
  /** One verb or several, lower case; the longest match counts. */
  readonly verbs: ReadonlyMap<string, EffectKind>;
  /** With one of these anywhere, what changes anything destroys. */
  readonly destroysWith?: RegExp;
  /** Without a verb it reads commands from its input. */
  readonly isShell?: true;
  /** The verb after which another command follows: `docker exec name command`. */
  readonly runs?: string;
}

const DOCKER: VerbTool = {
  valued: ["-H", "--host", "-c", "--context", "--config", "-f", "--file", "-p", "--project-name"],
  destroysWith: /^(-[a-z]*v|--volumes|prune$)/,
  runs: "exec",
  verbs: new Map([
    ...verbs("read", [
      "ps",
      "logs",
      "inspect",
      "stats",
      "top",
      "images",
      "version",
      "info",
      "port",
    ]),
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

const SYSTEMCTL: VerbTool = {
  valued: ["-n", "--lines", "-o", "--output", "-t", "--type"],
  verbs: new Map([
    ...verbs("read", ["status", "show", "cat", "is-active", "is-failed", "is-enabled"]),
    ...verbs("read", ["list-units", "list-unit-files", "list-timers", "list-dependencies"]),
    ...verbs("start", ["start"]),
    ...verbs("interrupt", ["stop", "restart", "reload", "kill", "try-restart"]),
  ]),
};

const REDIS: VerbTool = {
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

const PD_CTL: VerbTool = {
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

const TIKV_CTL: VerbTool = {
  valued: ["--host", "--pd", "--data-dir", "--config", "--ca-path", "--cert-path", "--key-path"],
  verbs: new Map([
    ...verbs("read", ["metrics", "store", "cluster", "raft", "size", "region-properties"]),
    ...verbs("configure", ["modify-tikv-config"]),
    ...verbs("destroy", ["unsafe-recover", "tombstone", "recover-mvcc", "recreate-region"]),
    ...verbs("destroy", ["reset-to-version", "flashback", "compact-cluster", "ldb"]),
  ]),
};

export const VERB_TOOLS: Readonly<Record<string, Classifier>> = {
  docker: verbsOf(DOCKER),
  "docker-compose": ([first, ...rest], scope) =>
    first ? verbsOf(DOCKER)([first, { text: "compose", isExact: true }, ...rest], scope) : [],
  podman: verbsOf(DOCKER),
  systemctl: verbsOf(SYSTEMCTL),
  "redis-cli": verbsOf(REDIS),
  "valkey-cli": verbsOf(REDIS),
  "pd-ctl": verbsOf(PD_CTL),
  "/pd-ctl": verbsOf(PD_CTL),
  "tikv-ctl": verbsOf(TIKV_CTL),
  "/tikv-ctl": verbsOf(TIKV_CTL),
};

const VERB_WORDS_MAX = 3;

/** How `docker exec` and `docker compose exec` stand before a command. */
const EXEC: Wrapper = {
  plain: ["-i", "-t", "-it", "-ti", "-d", "-T"],
  valued: ["-e", "-u", "-w", "--env", "--user", "--workdir", "--index"],
  skips: 1,
};

function verbsOf(tool: VerbTool): Classifier {
  return (words, scope) => {
    const args = words.slice(1);
    const read = readVerbs(tool, args);
    const run = read.typed.slice(0, 2).find(({ text }) => text === tool.runs);
    if (run) return classifyWrapped({ wrapper: EXEC, words: args.slice(args.indexOf(run)), scope });
    const kind = kindOf(tool, read);
    const isWorse = args.some(({ text }) => tool.destroysWith?.test(text));
    return [effectOf({ kind: isWorse && kind !== "read" ? "destroy" : kind, words, scope })];
  };
}

interface ReadVerbs {
  readonly typed: readonly ShellWord[];
  readonly isCutShort: boolean;
}

/** The plain words in front. An option that is not known ends them: its value is not a verb. */
function readVerbs(tool: VerbTool, args: readonly ShellWord[]): ReadVerbs {
  const typed: ShellWord[] = [];
  for (let index = 0; index < args.length && typed.length < VERB_WORDS_MAX; index += 1) {
    const word = args[index];
    if (!word) break;
    const { text } = word;
    if (!text.startsWith("-") || tool.verbs.has(text)) typed.push(word);
    else if (tool.valued.includes(text)) index += 1;
    else if (!tool.plain?.includes(text) && !isJoinedOption(text, tool.valued)) {
      return { typed, isCutShort: true };
    }
  }
  return { typed, isCutShort: false };
}

/** Hidden when a word that cannot be read might be a verb that changes the meaning. */
function kindOf(tool: VerbTool, { typed, isCutShort }: ReadVerbs): EffectKind {
  if (typed.length === 0) return tool.isShell || isCutShort ? "hidden" : "unknown";
  const texts = typed.map(({ text }) => text.toLowerCase());
  for (let count = texts.length; count > 0; count -= 1) {
    const verb = texts.slice(0, count).join(" ");
    const kind = tool.verbs.get(verb);
    if (kind === undefined) continue;
    if (typed.slice(0, count).some(({ isExact }) => !isExact)) return "hidden";
    const next = typed[count];
    const isEnd = (next === undefined && !isCutShort) || /^\d+$/.test(next?.text ?? "");
    if (isEnd || !hasVerbsBelow(tool, verb)) return kind;
    return next?.isExact ? "unknown" : "hidden";
  }
  return typed.every(({ isExact }) => isExact) && !isCutShort ? "unknown" : "hidden";
}

function hasVerbsBelow(tool: VerbTool, verb: string): boolean {
  return [...tool.verbs.keys()].some((other) => other.startsWith(`${verb} `));
}

function verbs(kind: EffectKind, names: readonly string[]): [string, EffectKind][] {
  return names.map((name) => [name, kind]);
}
