// A process in a network namespace of its own that delays peers as a helper does where the kernel
// has netem, and says after each step which queues and filters are there.
import { systemClock as clock } from "../../src/infra/clock.ts";
import { prepareLatency } from "../../src/runtimes/docker/disturb/inside/latency.ts";
import {
  boundBandwidth,
  liftBandwidth,
  liftDelay,
} from "../../src/runtimes/docker/disturb/inside/write-queues.ts";

let peers = ["10.0.0.2"];
const said: string[] = [];
const again = await prepareLatency({
  disturbance: { type: "latency", delayMs: 100, jitterMs: 10, peers: ["two"] },
  look: async () => peers,
  clock,
  random: () => 0,
  say: (line) => said.push(line),
});
await show("delayed");
peers = ["10.0.0.3"];
await again();
await show("another peer");
await boundBandwidth(500);
await show("bounded, too");
await liftDelay();
await show("bounded alone");
await liftBandwidth();
await show("as before");
for (const line of said) process.stdout.write(`said ${line}\n`);

/** Kinds of queues from the root, and whom the filter names: as hexadecimal address. */
async function show(step: string): Promise<void> {
  const queues = await textOf(["tc", "qdisc", "show", "dev", "v0"]);
  const filters = await textOf(["tc", "filter", "show", "dev", "v0", "parent", "4f51:"]);
  const kinds = [...queues.matchAll(/^qdisc (\w+)/gm)].map(([, kind]) => kind);
  const chosen = [...filters.matchAll(/match (\w{8})/g)].map(([, address]) => address);
  process.stdout.write(`${step}: ${[...kinds, ...chosen].join(" ")}\n`);
}

function textOf(argv: readonly string[]): Promise<string> {
  return Bun.spawn([...argv], { stderr: "ignore" }).stdout.text();
}
