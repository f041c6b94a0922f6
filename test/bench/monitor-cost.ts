// What the monitor takes while it watches a healthy subject at 1 s: it runs for ever. Linux: /proc.
import { readFile } from "node:fs/promises";
import { raiseCluster } from "./cluster.ts";
import type { Benchmark } from "./measure.ts";

const WARM_UP_MS = 5_000;
const DURATION_MS = 60_000;
/** USER_HZ of Linux. */
const TICKS_PER_SECOND = 100;

export const monitorCost: Benchmark = {
  name: "monitor",
  describes: `CPU and memory of a monitor at 1 s over ${DURATION_MS / 1000} s`,
  async run(bench) {
    await using cluster = await raiseCluster(bench);
    const monitor = cluster.startMonitor();
    await Bun.sleep(WARM_UP_MS);
    const before = await cpuSeconds(monitor.pid);
    await Bun.sleep(DURATION_MS);
    const used = (await cpuSeconds(monitor.pid)) - before;
    const mib = await residentMib(monitor.pid);
    monitor.kill("SIGTERM");
    await monitor.exited;
    const share = (used / (DURATION_MS / 1000)) * 100;
    const how = `${used.toFixed(2)} s in ${DURATION_MS / 1000} s, 6 members`;
    return [
      { name: "monitor, CPU", value: share, unit: "% of a core", bound: { max: 2 }, how },
      { name: "monitor, memory", value: mib, unit: "MiB", bound: { max: 90 }, how: "resident" },
    ];
  },
};

export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
