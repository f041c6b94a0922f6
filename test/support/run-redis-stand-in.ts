// Runs the stand-in for Redis as a process: `bun run-redis-stand-in.ts <port> <directory>`.
import { systemClock } from "../../src/infra/clock.ts";
import { printLineTo } from "../../src/infra/output.ts";
import { runRedisStandIn } from "../../subjects/ratelimiter/redis/stand-in/main.ts";

const [port, dataDir = ""] = process.argv.slice(2);
const stopping = new AbortController();
process.on("SIGTERM", () => stopping.abort("SIGTERM"));
const member = {
  name: "redis",
  role: "redis",
  isStandIn: true,
  ports: { client: Number(port) },
  settings: {},
};
process.exit(
  await runRedisStandIn({
    member,
    topology: { subject: "ratelimiter", timeScale: 1, members: [member], endpoints: [] },
    dataDir,
    clock: systemClock,
    random: Math.random,
    signal: stopping.signal,
    log: printLineTo(1),
  }),
);
