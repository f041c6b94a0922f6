// The load generator: loads the stores until it is told to stop, then proves by reading everything
// back that no acknowledged write was lost.
import { OperatorError } from "../../../src/domain/errors.ts";
import type { LoadLedger } from "../../../src/domain/load.ts";
import type { Topology, WorkloadOptions } from "../../../src/domain/subject.ts";
import { type CheckResult, checkLedger } from "./check.ts";
import { createStoreClient } from "./client.ts";
import { Ledger } from "./ledger.ts";
import { runLoad } from "./load.ts";

/** Resolves with 0 when every acknowledged write was read back, else with 3. */
export async function runWorkload(options: WorkloadOptions): Promise<number> {
  const { clock, topology } = options;
  const addresses = storeAddresses(topology);
  const reach = (address: string) => reachFromHere(topology, address);
  const client = createStoreClient({ addresses, reach, clock });
  using ledger = new Ledger(options.ledgerFile, newLedgerId(options.random));
  await runLoad({ ...options, client, ledger });
  const result = await checkLedger({ ledger, client, clock });
  const line = ledgerLine(result);
  options.print(JSON.stringify({ ...line, ...result }));
  return line.verdict === "kept" ? 0 : 3;
}

/** Of a key that could not be read back neither kept nor lost can be said. */
function ledgerLine({ acknowledged, lost, unreadable }: CheckResult): LoadLedger {
  const isWhole = unreadable === 0;
  const verdict = lost > 0 ? "broken" : isWhole ? "kept" : "unchecked";
  const figures = { writes_acknowledged: acknowledged, writes_lost: isWhole ? lost : null };
  return { type: "ledger", verdict, figures };
}

function newLedgerId(random: () => number): string {
  return Math.floor(random() * 2 ** 48)
    .toString(16)
    .padStart(12, "0");
}

function storeAddresses(topology: Topology): readonly string[] {
  const stores = topology.members.filter(({ role, isStandIn }) => role === "tikv" && isStandIn);
  const addresses = stores.flatMap(({ ports }) =>
    ports.client === undefined ? [] : [`127.0.0.1:${ports.client}`],
  );
  if (addresses.length > 0) return addresses;
  throw new OperatorError(
    "usage",
    `load ${topology.subject}: its topology names no stand-in store`,
    {
      hint: "the load generator speaks to stand-in stores that `operator subject up` started",
    },
  );
}

/** In a network of containers stores name each other by names that mean nothing here. */
function reachFromHere({ members }: Topology, address: string): string {
  const [host] = address.split(":");
  const store = members.find(({ name }) => name === host);
  return store?.ports.client === undefined ? address : `127.0.0.1:${store.ports.client}`;
}
