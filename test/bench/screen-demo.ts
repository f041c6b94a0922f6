// The demo as it is, except for who speaks as its monitor and agent: `bun screen-demo.ts
// <executable> <dir>`. Cluster and load are the executable; speak.ts is the two children.
import { join } from "node:path";
import type { CommandContext } from "../../src/commands/context.ts";
import { runDemoCommand } from "../../src/commands/demo.ts";
import { systemClock, systemRandom } from "../../src/infra/clock.ts";

/** In the place of the executable, with four arguments before those of the command. */
const SELF = `executable=$1 bun=$2 speak=$3 dir=$4
shift 4
case "$1" in
  monitor | agent) exec "$bun" "$speak" "$1" "$dir" ;;
  *) exec "$executable" "$@" ;;
esac`;

// Not awaited at the top: there Bun 1.4.4 goes on waiting after an uncaught error.
void main(process.argv.slice(2)).then((code) => process.exit(code));

async function main([executable = "", dir = ""]: readonly string[]): Promise<number> {
  const speak = join(import.meta.dir, "speak.ts");
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const context: CommandContext = {
    words: ["tikv"],
    flags: { model: "runbook", seed: "1" },
    env: process.env,
    clock: systemClock,
    random: systemRandom,
    signal: AbortSignal.any([]),
    self: ["/bin/sh", "-c", SELF, "operator", executable, process.execPath, speak, dir],
    print,
    printPart: () => undefined,
    printOrLose: print,
    printError: print,
    isTerminal: true,
  };
  return runDemoCommand(context);
}
