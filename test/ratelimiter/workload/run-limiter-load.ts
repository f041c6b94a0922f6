// The load generator as a process of its own: `bun run-limiter-load.ts <ports as JSON> <ledger>`.
import { seededRandom, systemClock } from "../../../src/infra/clock.ts";
import { printLineTo } from "../../../src/infra/output.ts";
import { runWorkload } from "../../../subjects/ratelimiter/workload/main.ts";
import { topologyOf } from "./started-load.ts";

const [ports = "[]", ledgerFile = ""] = process.argv.slice(2);
const stopping = new AbortController();
process.on("SIGTERM", () => stopping.abort());
process.exit(
  await runWorkload({
    topology: topologyOf(JSON.parse(ports)),
    ledgerFile,
    opsPerSecond: 500,
    keys: 100,
    durationMs: undefined,
    clock: systemClock,
    random: seededRandom(1),
    signal: stopping.signal,
    print: printLineTo(1),
  }),
);
