// Ways to say one setting to PD and to Redis, which come to the same.

export const PD = "http://127.0.0.1:2379/pd/api/v1";

/** A command line that gives it this value. */
export type Door = (name: string, value: string) => string;

export const PD_DOORS: readonly Door[] = [
  (name, value) => `pd-ctl config set ${name} ${value}`,
  (name, value) => `pd-ctl -u http://127.0.0.1:2379 config set schedule.${name} ${value}`,
  (name, value) => `curl -d '{"${name}": "${value}"}' ${PD}/config`,
  (name, value) =>
    `curl -X POST --json '{"schedule":{"${name}":"${value}"}}' ${PD}/config/schedule`,
];

export const REDIS_DOORS: readonly Door[] = [
  (name, value) => `redis-cli config set ${name} '${value}'`,
  (name, value) => `redis-cli -p 6380 CONFIG SET timeout 0 ${name} '${value}'`,
];
