// The engine itself is restarted under a monitor and an agent that is at work: every member dies
// with it, and the engine starts none again. Who repairs outlasts that, and then brings each of
// them back.
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
  `an engine that restarts during a repair is waited for, and every member is brought back${NAMED}`,
  async () => {
    await using site = await openDockerSite("tikv", await tikvImages());
    expect((await site.run("subject up tikv")).code).toBe(0);
    const monitor = site.start("monitor --subject tikv --interval 1s");
    const agent = site.start("agent --model runbook");
    const summary = () => monitor.lines.findLast((line) => SUMMARY.test(line));
    const isWell = () => summary()?.startsWith("all invariants hold") ?? false;
    await site.eventually(isWell, { what: "the cluster is well" });

    await site.run("subject kill tikv tikv2");
    const isLooking = () => agent.lines.some((line) => line.startsWith("[Tool Call] shell"));
    await site.eventually(isLooking, { what: "the agent looks at the members" });
    await (await testEngine()).restart();
    const isUp = async () => (await site.run("subject status tikv")).code === 0;
    const withinMs = REPAIRED_WITHIN_MS;
    await site.eventually(isUp, { what: "every member runs again", withinMs });
    await site.eventually(isWell, { what: "the cluster is well again", withinMs });
    const list = () => site.run("tickets list --status escalated");
    const isNobodyCalled = async () => (await list()).lines[0] === "no tickets that match";
    await site.eventually(isNobodyCalled, { what: "no ticket waits for a person" });
    expect((await site.run("audit verify")).code).toBe(0);
  },
  2 * REPAIRED_WITHIN_MS + 60_000,
);
