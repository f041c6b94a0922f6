// Puts chains of ours into the network namespace that this process is in, and takes them out.
import { type Chain, type FilledChain, restoreText } from "../chains.ts";
import { run, tryToRun } from "./program.ts";

/** In force when it resolves; the same chains again replace their rules. */
export async function writeChains(filled: readonly FilledChain[]): Promise<void> {
  await run(["iptables-restore", "--wait", "--noflush"], restoreText(filled));
  for (const { chain } of filled) await lead(chain);
}

/** Those that are there, whole or in part. Other rules are not read: they may be of any kind. */
export async function removeChains(chains: readonly Chain[]): Promise<void> {
  for (const chain of chains) {
    const { table, name } = chain;
    const { exitCode } = await tryToRun(iptables(table, "-S", name));
    if (exitCode !== 0) continue;
    await tryToRun(iptables(table, "-D", ...jump(chain)));
    await run(iptables(table, "-F", name));
    // Refused while anything still leads to it.
    await run(iptables(table, "-X", name));
  }
}

/** First of all rules, so that none before it decides. */
async function lead(chain: Chain): Promise<void> {
  const { exitCode } = await tryToRun(iptables(chain.table, "-C", ...jump(chain)));
  if (exitCode !== 0) await run(iptables(chain.table, "-I", ...jump(chain)));
}

function iptables(table: Chain["table"], ...words: readonly string[]): readonly string[] {
  return ["iptables", "--wait", "-t", table, ...words];
}

function jump({ hook, name }: Chain): readonly string[] {
  return [hook, "-j", name];
}
