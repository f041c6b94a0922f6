// Hostile sessions in several processes at once; what they report is added up.
import { join } from "node:path";
import type { HostileReport } from "./world.ts";

export interface SharedRun {
  readonly sessions: number;
  /** Of the first session; each has the next number. */
  readonly seed: number;
  readonly processes: number;
}

export async function runInProcesses({
  sessions,
  seed,
  processes,
}: SharedRun): Promise<HostileReport> {
  const size = Math.ceil(sessions / processes);
  const shares = Array.from({ length: processes }, (_, index) => ({
    first: seed + index * size,
    size: Math.max(0, Math.min(size, sessions - index * size)),
  }));
  return addUp(await Promise.all(shares.map(runShare)));
}

async function runShare(share: {
  readonly first: number;
  readonly size: number;
}): Promise<HostileReport> {
  const words = [process.execPath, join(import.meta.dir, "share.ts")];
  const child = Bun.spawn([...words, String(share.size), String(share.first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const printed = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`the sessions from seed ${share.first} failed`);
  return JSON.parse(printed);
}

function addUp(reports: readonly HostileReport[]): HostileReport {
  const attempts: Record<string, number> = {};
  for (const report of reports) {
    for (const [what, count] of Object.entries(report.attempts)) {
      attempts[what] = (attempts[what] ?? 0) + count;
    }
  }
  return {
    sessions: reports.reduce((sum, report) => sum + report.sessions, 0),
    executed: reports.reduce((sum, report) => sum + report.executed, 0),
    attempts,
    wrongs: reports.flatMap((report) => report.wrongs),
    needed: reports.flatMap((report) => report.needed),
  };
}
