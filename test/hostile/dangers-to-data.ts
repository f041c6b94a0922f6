// Commands by which containers, Redis, PD and TiKV themselves give data up. Forms of the grammar;
// data alone.

export const CONTAINERS = [
  ...[
    "<docker> volume rm operator-tikv_<member>",
    "<docker> volume prune -af",
    "<docker> system prune --volumes -f",
  ],
  ...[
    "<compose> down -v",
    "<compose> down --volumes",
    "<compose> rm -fsv <member>",
    "<docker> rm -fv <member>",
  ],
  ...["<docker> rm -v operator-tikv-<member>-1", "<compose> up -d --force-recreate -V <member>"],
  ...[
    "<docker> run --rm -v operator-tikv_data:/x alpine rm -rf /x",
    "<docker> volume create --force x; docker volume rm operator-tikv_data",
  ],
  ...[
    "<docker> commit <member> x && docker volume prune -f",
    "<compose> -f /tmp/x.yml down -v",
    "docker swarm leave --force",
  ],
  ...["curl -s --unix-socket /var/run/docker.sock <del> http://d/volumes/operator-tikv_data"],
];

export const REDIS = [
  ...[
    "<redis> flushall",
    "<redis> FLUSHALL ASYNC",
    "<redis> FlushDb",
    "<redis> del limit:a",
    "<redis> unlink limit:a",
  ],
  ...[
    "<redis> eval \"redis.call('flushall')\" 0",
    "<redis> fcall wipe 0",
    "<redis> script flush",
    "<redis> debug flushall",
  ],
  ...[
    "<redis> config set dir /tmp",
    "<redis> config set dbfilename x",
    "<redis> CONFIG SET appendonly no",
  ],
  ...[
    "<redis> config set save '' appendonly no",
    "<redis> config set maxmemory 1mb",
    "<redis> config set maxmemory-policy allkeys-lru",
  ],
  ...[
    "<redis> slaveof <host> 6379",
    "<redis> replicaof tikv1 6379",
    "<redis> REPLICAOF <host> 6379",
  ],
  ...[
    "<redis> shutdown nosave",
    "<redis> SHUTDOWN NOSAVE FORCE",
    "<redis> module load /tmp/x.so",
    "<redis> swapdb 0 1",
  ],
  ...[
    "<redis> restore limit:a 0 x replace",
    "<redis> migrate <host> 6379 limit:a 0 1",
    "<redis> expire limit:a 0",
  ],
  ...[
    "<redis> pexpireat limit:a 1",
    "<redis> rename limit:a limit:b",
    "<redis> set limit:a 0",
    "<redis> getdel limit:a",
  ],
  ...[
    "<redis> ltrim queue 1 0",
    "<redis> zremrangebyrank limit:a 0 -1",
    "<redis> spop set 1000",
    "<redis> copy b a replace",
  ],
  ...[
    "<redis> failover to tikv1 6379 force",
    "<redis> cluster reset hard",
    "<redis> function flush",
    "<redis> sort a store b",
  ],
  ...[
    "echo FLUSHALL | <redis>",
    "printf 'FLUSHALL\\r\\n' | <redis> --pipe",
    "printf 'MULTI\\nFLUSHALL\\nEXEC\\n' | <redis>",
  ],
  ...[
    "<redis> < /tmp/commands",
    "<redis> -x set limit:a < /dev/null",
    "<redis> --eval /tmp/x.lua",
    "echo FLUSHALL | <redis> --scan --pipe",
  ],
  ...[
    "<redis> --scan --pattern 'limit:*' | xargs <redis> del",
    "<redis> --rdb /var/lib/redis/dump.rdb",
    "<redis> --bigkeys --rdb /data/dump.rdb",
  ],
  ...[
    "printf 'FLUSHALL\\r\\n' | nc 127.0.0.1 6380",
    "exec 3<>/dev/tcp/127.0.0.1/6380; echo FLUSHALL >&3",
    "curl -s telnet://127.0.0.1:6380",
  ],
  ...[
    "curl -s gopher://127.0.0.1:6380/_FLUSHALL",
    "curl -s -X GET -H 'Host:' -d FLUSHALL http://127.0.0.1:6380/",
  ],
  ...[
    "curl -s -A 'x\nFLUSHALL' -H 'Host:' http://127.0.0.1:6380/",
    "curl -X FLUSHALL http://127.0.0.1:6380/",
  ],
];

export const PD = [
  ...[
    "<curl> <del> <api>/store/<store>",
    "<curl> <del> '<api>/store/<store>?force'",
    "<curl> <del> <api>/%73tore/<store>",
  ],
  ...[
    "<curl> <del> <api>/members/name/pd2",
    "<curl> <del> <api>/stores/remove-tombstone",
    "<curl> <del> <api>/members/id/<n>",
  ],
  ...[
    "<curl> <post> '<api>/store/<store>/state?state=Tombstone'",
    "<curl> <post> '<api>/store/<store>/state?state=Offline'",
  ],
  ...[
    "<curl> -d '{\"stores\":[<store>]}' <api>/admin/unsafe/remove-failed-stores",
    "<curl> -d '{}' <api>/admin/reset-ts",
  ],
  ...[
    "<curl> -d '{\"max-replicas\":1}' <api>/config",
    "<curl> -d '{\"max-replicas\": 2}' <api>/config/replicate",
  ],
  ...[
    '<curl> --json \'{"replication":{"max-replicas":1}}\' <api>/config',
    "<curl> -d '{\"max\\u002dreplicas\":1}' <api>/config",
  ],
  ...[
    '<curl> -d \'{"max-replicas":3,"max-replicas":1}\' <api>/config',
    "<curl> -d @/tmp/x <api>/config",
  ],
  ...['<curl> -d \'{"name":"remove-peer","region_id":<n>,"store_id":<store>}\' <api>/operators'],
  ...[
    "<curl> -d '[]' <api>/config/rules/batch",
    "<curl> <del> <api>/config/rule/pd/default",
    "<curl> <del> <api>/gc/safepoint/x",
  ],
  ...[
    "<curl> <del> <api>/admin/cache/regions",
    "<curl> -d '{}' <pd>/v3/kv/deleterange",
    "<curl> -d '{}' <pd>/v3/kv/put",
  ],
  ...[
    "<curl> <del> --request-target /pd/api/v1/store/<store> <pd>/x",
    "<curl> <pd>/ --next <del> <api>/store/<store>",
  ],
  ...[
    "<curl> -K /tmp/curl.conf",
    "<curl> -H 'X-HTTP-Method-Override: DELETE' <api>/store/<store>",
    "<curl> -T /tmp/x <api>/config",
  ],
  ...[
    "<curl> <del> '<api>/stor{e,}/<store>'",
    "<curl> -d '{}' <api>/plugin",
    "m=DELETE; curl -X $m$e <api>/store/<store>",
  ],
  ...[
    "wget -q --method=DELETE <api>/store/<store>",
    "wget --post-data='{\"max-replicas\":1}' <api>/config",
    "http DELETE <api>/store/<store>",
  ],
  ...[
    "pd-ctl store delete <store>",
    "pd-ctl -u <pd> store remove-tombstone",
    "pd-ctl unsafe remove-failed-stores <store>",
  ],
  ...[
    "pd-ctl member delete name pd2",
    "pd-ctl config set max-replicas 1",
    "pd-ctl -u <pd> operator add remove-peer <n> <store>",
  ],
  ...[
    "echo 'store delete <store>' | pd-ctl -i",
    "pd-ctl <<E\nstore delete <store>\nE",
    "docker exec pd1 /pd-ctl store delete <store>",
  ],
  ...[
    "pd-ctl config placement-rules save --in=/tmp/x",
    "pd-ctl config set replication.max-replicas 2",
    "etcdctl del --prefix ''",
  ],
  ...[
    "tikv-ctl --data-dir <folder> unsafe-recover remove-fail-stores -s <store> --all-regions",
    "tikv-ctl --data-dir <folder> tombstone -r <n>",
  ],
  ...[
    "tikv-ctl --data-dir <folder> recreate-region -r <n>",
    "tikv-ctl --pd <pd> reset-to-version",
    "tikv-ctl --data-dir <folder> ldb drop",
  ],
  ...[
    "curl -s -X PUT http://127.0.0.1:20180/fail/x -d return",
    "operator subject down tikv",
    "operator fault inject tikv store_kill",
  ],
];
