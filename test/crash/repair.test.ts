// Monitor and agent are killed at every step that they write down, and started again: the repair is
// done once, the ticket is resolved, the audit is whole, and no process is left.
import { expect, test } from "bun:test";
import { LAMPS } from "./lamps.ts";
import { killEverywhere } from "./points.ts";
import { tellRepair } from "./repair-story.ts";

const WITHIN_MS = 120_000;
/** Writes without an event: leases that are renewed, violations that are counted. */
const POINTS = { repeats: /^store\.quiet\./, atOnce: 6 };

for (const who of ["monitor", "agent"] as const) {
  test(
    `the ${who} is killed at every step of a repair`,
    async () => {
      const passed = await killEverywhere(async (point) => {
        return (await tellRepair({ lamp: LAMPS.plain, death: { of: who, point } })) > 0;
      }, POINTS);
      expect(passed).toContain("store.quiet.before");
    },
    WITHIN_MS,
  );
}
