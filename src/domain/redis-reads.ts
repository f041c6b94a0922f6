// What a command that looks may say to Redis: what changes no key, no setting, nobody else's
// connection, and holds nobody up. KEYS, MONITOR and scripts would, and what answers more than
// there is: SRANDMEMBER with a negative count. Data alone.

/** Every use of a command, or those with one of these as the next word. */
type Uses = "always" | readonly string[];

/** They say how one connection goes on. */
export const OF_A_CONNECTION: readonly string[] = [
  ...["AUTH", "DISCARD", "EXEC", "HELLO", "LOLWUT", "MULTI", "QUIT", "READONLY", "READWRITE"],
  ...["RESET", "SELECT", "UNWATCH", "WATCH"],
];

/** By the command's name, upper case. */
export const REDIS_READS: ReadonlyMap<string, Uses> = new Map<string, Uses>([
  ...always(...OF_A_CONNECTION),
  ...always("COMMAND", "DBSIZE", "ECHO", "INFO", "LASTSAVE", "PING", "ROLE", "TIME"),
  ...always("EXISTS", "EXPIRETIME", "PEXPIRETIME", "PTTL", "RANDOMKEY", "SCAN", "TTL", "TYPE"),
  ...always("GET", "GETRANGE", "MGET", "STRLEN", "SUBSTR"),
  ...always("BITCOUNT", "BITFIELD_RO", "BITPOS", "GETBIT"),
  ...always("HEXISTS", "HGET", "HGETALL", "HKEYS", "HLEN", "HMGET", "HSCAN"),
  ...always("HSTRLEN", "HVALS", "HTTL", "HPTTL", "HEXPIRETIME", "HPEXPIRETIME"),
  ...always("LINDEX", "LLEN", "LPOS", "LRANGE"),
  ...always("SCARD", "SINTERCARD", "SISMEMBER", "SMEMBERS", "SMISMEMBER", "SSCAN"),
  ...always("ZCARD", "ZCOUNT", "ZINTERCARD", "ZLEXCOUNT", "ZMSCORE"),
  ...always("ZRANGE", "ZRANGEBYLEX", "ZRANGEBYSCORE", "ZRANK", "ZREVRANGE"),
  ...always("ZREVRANGEBYLEX", "ZREVRANGEBYSCORE", "ZREVRANK", "ZSCAN", "ZSCORE"),
  ...always("GEODIST", "GEOHASH", "GEOPOS", "GEORADIUS_RO", "GEORADIUSBYMEMBER_RO", "GEOSEARCH"),
  ...always("XLEN", "XPENDING", "XRANGE", "XREVRANGE"),
  ["ACL", ["CAT", "HELP", "USERS", "WHOAMI"]],
  ["CLIENT", ["GETNAME", "HELP", "ID", "INFO", "LIST", "SETINFO", "SETNAME"]],
  ["CLUSTER", ["HELP", "INFO", "KEYSLOT", "LINKS", "MYID", "NODES", "REPLICAS", "SHARDS", "SLOTS"]],
  ["CONFIG", ["GET", "HELP"]],
  ["FUNCTION", ["DUMP", "HELP", "LIST", "STATS"]],
  ["LATENCY", ["DOCTOR", "GRAPH", "HELP", "HISTOGRAM", "HISTORY", "LATEST"]],
  ["MEMORY", ["DOCTOR", "HELP", "MALLOC-STATS", "STATS", "USAGE"]],
  ["MODULE", ["HELP", "LIST"]],
  ["OBJECT", ["ENCODING", "FREQ", "HELP", "IDLETIME", "REFCOUNT"]],
  ["PUBSUB", ["CHANNELS", "HELP", "NUMPAT", "NUMSUB", "SHARDCHANNELS", "SHARDNUMSUB"]],
  ["SCRIPT", ["EXISTS", "HELP"]],
  [
    "SENTINEL",
    ["CKQUORUM", "GET-MASTER-ADDR-BY-NAME", "MASTER", "MASTERS", "REPLICAS", "SENTINELS"],
  ],
  ["SLOWLOG", ["GET", "HELP", "LEN"]],
  ["XINFO", ["CONSUMERS", "GROUPS", "HELP", "STREAM"]],
]);

function always(...names: readonly string[]): [string, "always"][] {
  return names.map((name) => [name, "always"]);
}
