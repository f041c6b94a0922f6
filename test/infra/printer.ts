// Prints numbered lines to stdout in one of the two ways, and says on stderr how that ended.
import { messageOf } from "../../src/domain/errors.ts";
import { printLineTo, printOrLoseTo } from "../../src/infra/output.ts";

const [way, count, length] = process.argv.slice(2);
// As main does: from then on a pipe does not block.
void process.stdout.isTTY;
const print = way === "lose" ? printOrLoseTo(1) : printLineTo(1);
try {
  for (let line = 1; line <= Number(count); line += 1)
    print(`${line} `.padEnd(Number(length), "x"));
  process.stderr.write("done");
} catch (error) {
  process.stderr.write(messageOf(error));
}
