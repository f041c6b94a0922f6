// Programs of the helper's image: tc and iptables.
import { OperatorError } from "../../../../domain/errors.ts";

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What it says on stdout. Rejects with code "runtime" and what it said last when it fails. */
export async function run(argv: readonly string[], input = ""): Promise<string> {
  const { exitCode, stdout, stderr } = await tryToRun(argv, input);
  if (exitCode === 0) return stdout;
  const said = stderr.trim().split("\n")[0] ?? "";
  throw new OperatorError(
    "runtime",
    `${argv.join(" ")}: ${said === "" ? `exit ${exitCode}` : said}`,
  );
}

export async function tryToRun(argv: readonly string[], input = ""): Promise<Ended> {
  const child = Bun.spawn([...argv], {
    stdin: Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { exitCode: await child.exited, stdout, stderr };
}
