// Runs one node of the limiter as a process: `bun run-limiter-node.ts <options as JSON>`.
import { systemClock } from "../../src/infra/clock.ts";
import { printLineTo } from "../../src/infra/output.ts";
import { runLimiterNode } from "../../subjects/ratelimiter/service/main.ts";

const stopping = new AbortController();
process.on("SIGTERM", () => stopping.abort("SIGTERM"));
process.exit(
  await runLimiterNode({
    ...JSON.parse(process.argv[2] ?? "{}"),
    clock: systemClock,
    signal: stopping.signal,
    log: printLineTo(1),
  }),
);
