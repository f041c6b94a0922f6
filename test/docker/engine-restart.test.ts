// The engine itself is restarted under a monitor and an agent: every member dies with it, and the
// engine starts none again. Who repairs waits for the engine, and then brings each of them back.
import { expect, test } from "bun:test";
import { noEngine, testEngine } from "../support/docker-engine.ts";
import { openDockerSite } from "../support/docker-site.ts";
import { tikvImages } from "../support/docker-tikv.ts";
import { eventually } from "../support/eventually.ts";

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;
/** Six tickets, one after the other, each with its settle time. */
const REPAIRED_WITHIN_MS = 240_000;

test.skipIf(noEngine !== undefined)(
  `an engine that restarts is waited for, and every member is brought back${NAMED}`,
  async () => {
    await using site = await openDockerSite("tikv", await tikvImages());
    expect((await site.run("subject up tikv")).code).toBe(0);
    const monitor = site.start("monitor --subject tikv --interval 1s");
    site.start("agent --model runbook");
    const isWell = () => monitor.lines.at(-2)?.includes("all invariants hold");
    await eventually(isWell, "the cluster is well");

    await (await testEngine()).restart();
    expect((await site.run("subject status tikv")).lines[0]).toContain("0 of 6 members running");
    const isUp = async () => (await site.run("subject status tikv")).code === 0;
    await eventually(isUp, "every member runs again", REPAIRED_WITHIN_MS);
    await eventually(isWell, "the cluster is well again", REPAIRED_WITHIN_MS);
    expect((await site.run("audit verify")).code).toBe(0);
  },
  2 * REPAIRED_WITHIN_MS + 60_000,
);
