// The engine itself is restarted under a monitor and an agent: every member dies with it, and the
// engine starts none again. Who repairs waits for the engine, and then brings each of them back.
import { expect, test } from "bun:test";
import { noEngine, testEngine } from "../support/docker-engine.ts";
import { openDockerSite } from "../support/docker-site.ts";
import { tikvImages } from "../support/docker-tikv.ts";

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;
/** Six tickets, one after the other, each with its settle time. */
const REPAIRED_WITHIN_MS = 240_000;
/** What a monitor says of a look; of tickets it tells in between. */
const SUMMARY = /^(all invariants hold|cannot see|\d+ violation)/;

test.skipIf(noEngine !== undefined)(
  `an engine that restarts is waited for, and every member is brought back${NAMED}`,
  async () => {
    await using site = await openDockerSite("tikv", await tikvImages());
    expect((await site.run("subject up tikv")).code).toBe(0);
    const monitor = site.start("monitor --subject tikv --interval 1s");
    site.start("agent --model runbook");
    const summary = () => monitor.lines.findLast((line) => SUMMARY.test(line));
    const isWell = () => summary()?.startsWith("all invariants hold") ?? false;
    await site.eventually(isWell, { what: "the cluster is well" });

    await (await testEngine()).restart();
    expect((await site.run("subject status tikv")).lines[0]).toContain("0 of 6 members running");
    const isUp = async () => (await site.run("subject status tikv")).code === 0;
    const withinMs = REPAIRED_WITHIN_MS;
    await site.eventually(isUp, { what: "every member runs again", withinMs });
    await site.eventually(isWell, { what: "the cluster is well again", withinMs });
    expect((await site.run("audit verify")).code).toBe(0);
  },
  2 * REPAIRED_WITHIN_MS + 60_000,
);
