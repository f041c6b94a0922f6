// INFO: what is known of the server, by section, with the fields that people and monitors read. It
// says that a stand-in answers.
import { nowMsOf, type RedisServer, usedMemory } from "../server.ts";
import { settingText } from "../settings.ts";
import { VERSION } from "./connection.ts";

type Fields = Readonly<Record<string, string | number>>;

const SECTIONS: Readonly<Record<string, (server: RedisServer) => Fields>> = {
  Server: (server) => ({
    redis_version: VERSION,
    stand_in: 1,
    redis_mode: "standalone",
    os: process.platform,
    process_id: process.pid,
    run_id: server.runId,
    tcp_port: server.port,
    server_time_usec: server.nowUs(),
    uptime_in_seconds: Math.floor((nowMsOf(server) - server.startedAtMs) / 1_000),
    config_file: server.configFile,
  }),
  Clients: ({ clients, settings }) => ({
    connected_clients: clients.size,
    maxclients: settingText(settings, "maxclients"),
    blocked_clients: 0,
  }),
  Memory: (server) => ({
    used_memory: usedMemory(server),
    used_memory_human: `${(usedMemory(server) / 2 ** 20).toFixed(2)}M`,
    maxmemory: settingText(server.settings, "maxmemory"),
    maxmemory_policy: settingText(server.settings, "maxmemory-policy"),
  }),
  Persistence: ({ keyspace, persistence }) => ({
    loading: 0,
    rdb_changes_since_last_save: keyspace.changes,
    rdb_bgsave_in_progress: 0,
    rdb_last_save_time: Math.floor(persistence.savedAtMs / 1_000),
    rdb_last_bgsave_status: persistence.isWell ? "ok" : "err",
    aof_enabled: 0,
    aof_last_write_status: "ok",
  }),
  Stats: ({ counts, keyspace }) => ({
    total_connections_received: counts.connections,
    total_commands_processed: counts.commands,
    rejected_connections: counts.rejected,
    expired_keys: keyspace.expired,
    evicted_keys: counts.evicted,
  }),
  Replication: () => ({ role: "master", connected_slaves: 0 }),
  Keyspace: ({ keyspace: { size, mortal } }): Fields =>
    size === 0 ? {} : { db0: `keys=${size},expires=${mortal},avg_ttl=0` },
};

const EVERYTHING = ["default", "all", "everything"];

/** All sections when none is named. */
export function infoText(server: RedisServer, named: readonly string[]): string {
  const wanted = named.map((name) => name.toLowerCase());
  const isAll = wanted.length === 0 || wanted.some((name) => EVERYTHING.includes(name));
  return Object.entries(SECTIONS)
    .filter(([name]) => isAll || wanted.includes(name.toLowerCase()))
    .map(([name, fieldsOf]) => sectionText(name, fieldsOf(server)))
    .join("\r\n");
}

function sectionText(name: string, fields: Fields): string {
  const lines = Object.entries(fields).map(([field, value]) => `${field}:${value}\r\n`);
  return `# ${name}\r\n${lines.join("")}`;
}
