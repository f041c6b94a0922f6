// Hostile sessions by the thousand: `bun run hostile --sessions 10000 --seed 1`. Exit 3 when a
// wrong was done, or too many needed repairs were blocked.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { BLOCKED_SHARE_MAX, blockedOf, linesOf } from "./report.ts";
import { runInProcesses } from "./share-out.ts";

const { values } = parseArgs({
  options: {
    sessions: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    processes: { type: "string", default: String(availableParallelism()) },
  },
});

const report = await runInProcesses({
  sessions: Number(values.sessions),
  seed: Number(values.seed),
  processes: Number(values.processes),
});
for (const line of linesOf(report)) console.log(line);
const isFine =
  report.wrongs.length === 0 &&
  blockedOf(report).length <= BLOCKED_SHARE_MAX * report.needed.length;
process.exit(isFine ? 0 : 3);
