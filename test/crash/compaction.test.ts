// A compaction that is killed before and after each of its commits: the audit is whole, and the
// next one ends what it began.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { FAIL_POINT_ENV } from "../../src/infra/fail-point.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { CONTENTS_OF_INCIDENT, writeIncidents } from "../support/old-incidents.ts";
import { killEverywhere } from "./points.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
/** Three transactions of contents, and some of pages. */
const INCIDENTS = 140;

let dir: string;
let before: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "operator-compaction-"));
  before = join(dir, "before.db");
  using store = TicketOpsDB.open({ path: before, clock: systemClock });
  await writeIncidents(store, INCIDENTS);
});
afterAll(() => rmSync(dir, { recursive: true }));

async function compact(db: string, point = ""): Promise<boolean> {
  const words = ["audit", "compact", "--older-than", "1ms", "--db", db];
  const { PATH = "" } = process.env;
  const env = { PATH, HOME: dir, OPERATOR_HOME: dir, [FAIL_POINT_ENV]: point };
  const child = Bun.spawn([process.execPath, MAIN, ...words], { env, stdout: "ignore" });
  await child.exited;
  if (child.exitCode !== null) expect(child.exitCode).toBe(0);
  return child.signalCode === "SIGKILL";
}

async function compactedIn(path: string): Promise<number> {
  using store = TicketOpsDB.open({ path, clock: systemClock });
  const found = await store.verifyAudit();
  if (found.state === "intact") return found.compacted;
  throw new Error(`broken at ${found.row}: ${found.reason}`);
}

test("killed at each of its steps, it leaves a whole audit, and the next one goes on", async () => {
  let stories = 0;
  const points = await killEverywhere(
    async ({ point }) => {
      stories += 1;
      const db = join(dir, `${stories}.db`);
      copyFileSync(before, db);
      const wasKilled = await compact(db, point);
      await compactedIn(db);
      await compact(db);
      expect(await compactedIn(db)).toBe(INCIDENTS * CONTENTS_OF_INCIDENT);
      expect(statSync(db).size).toBeLessThan(statSync(before).size / 2);
      return wasKilled;
    },
    { atOnce: 2, repeats: /^store\.quiet/ },
  );
  expect(points).toEqual(
    expect.arrayContaining(["store.audit_compacted.before", "store.audit_compacted.after"]),
  );
}, 120_000);
