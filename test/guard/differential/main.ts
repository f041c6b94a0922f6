// What the guard reads in lines against what shells run: `bun run differential --lines 100000`.
// Exit 3 when something ran that it had not read.
import { parseArgs } from "node:util";
import { JAIL_TROUBLE, openJail } from "./jail.ts";
import { seededLines } from "./lines.ts";
import { search } from "./search.ts";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
  },
});

if (JAIL_TROUBLE !== undefined) {
  console.error(`nothing can be run here: ${JAIL_TROUBLE}`);
  process.exit(1);
}
await using dash = openJail("dash");
await using bash = openJail("bash");
const { lines, runs, busy, findings } = await search({
  lines: seededLines({ from: Number(values.from), count: Number(values.lines) }),
  jails: [dash, bash],
  onFinding: ({ name, shell, line, shortest, difference, isUnheld }) => {
    console.log(`${name}, ${shell}${isUnheld ? ", without a sandbox" : ""}: ${difference}`);
    console.log(`  ${JSON.stringify(shortest)}, of ${JSON.stringify(line)}`);
  },
});
console.log(
  `${lines} lines, ${runs} runs, ${busy} of them with programs, ${findings.length} findings`,
);
process.exitCode = findings.length > 0 ? 3 : 0;
