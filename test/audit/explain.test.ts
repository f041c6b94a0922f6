// operator audit explain: one page about one ticket, each line with the row that says so.
import { expect, test } from "bun:test";
import { runAudit } from "../../src/commands/audit.ts";
import { explainLines } from "../../src/commands/audit-explain.ts";
import { storyOf } from "../../src/commands/audit-story.ts";
import { openWorld, type World } from "../agent/world.ts";
import { type DeskRoom, openDeskRoom } from "../commands/desk-room.ts";
import { eventually } from "../support/eventually.ts";
import { lampSubject } from "../support/memory-subject.ts";
import { actCall, concludeCall, says, shellCall } from "../support/scripted-model.ts";
import { verdictWith } from "../support/verdicts.ts";
import { openDenied } from "./denied-world.ts";

/** The page of the world's one ticket. */
async function pageOf(world: World): Promise<string> {
  await using room = await openDeskRoom();
  return (await explain(room, world)).join("\n");
}

async function explain(room: DeskRoom, world: World, flags = {}): Promise<readonly string[]> {
  const db = `${world.home}/tickets.db`;
  return (await room.run(runAudit, ["explain", "1"], { db, ...flags })).lines;
}

async function repaired(): Promise<World> {
  const world = openWorld({
    script: [
      says({ type: "text", text: "Is it dark?" }, shellCall("echo it is dark")),
      says(shellCall("shutdown -h now"), actCall("switch_on", "left")),
      says(concludeCall("fixed")),
    ],
  });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/-> verifying/);
  await world.store.verifyTicket(1, "seen well three times");
  await running;
  return world;
}

test("a repaired ticket is told from what was seen to what it cost", async () => {
  using world = await repaired();
  // Rows and times differ; a line that goes on is made whole.
  const page = (await pageOf(world))
    .replace(/\d\d:\d\d:\d\d \+[\d.]+ m?s/g, "TIME")
    .replace(/rows? \d+/g, "row N")
    .replace(/(?<=\S)\n {4,}(?=\S)/g, " ");
  for (const part of [
    "Ticket #1 (critical): lamp_on of left, in lamps\nOVER: repaired by an agent, and verified by",
    "\n  broken     left: no answer\n",
    "\n  how bad    critical; no other ticket of lamps beside it\n",
    "\n  cause      it was stopped (says scripted)\n",
    "\n  done       switch_on left\n",
    "\n  refused    what an agent proposed, and it did not run: $ shutdown -h now (to see)\n",
    ": seen well three times\n  your part  nothing\n",
    "What was seen\n  TIME row N: the monitor opened the ticket: no answer",
    "\n  TIME row N: scripted says fixed: it was stopped",
    "it had seen these: row N: $ echo it is dark (to see): exit 0 in ",
    "row N: switch_on left (to repair): done, as told below\n",
    "\n  1 look, which changed nothing (row N)\n",
    "TIME row N: REFUSED by the guard (row N): $ shutdown -h now (to see): shutdown -h now",
    "TIME row N: switch_on left (to repair): the guard allowed it (row N)\n",
    "What it changed\n  TIME step 1, row N: left: switch_on left: done: switched left on; ",
    "\n  TIME row N: the monitor saw for itself: seen well three times\n",
    "\n  1 session, 3 turns, 0 tokens in, 0 out, $0\n",
  ]) {
    expect(page).toContain(part);
  }
});

test("what opened a ticket and what was seen of it last are told apart", async () => {
  using world = openWorld({ script: [] });
  for (const reason of ["5 regions", "3 regions"]) {
    const verdict = verdictWith({ entity: "left", reason, evidence: { regions: 5 } });
    await world.store.recordViolations([{ verdict, sinceMs: 0 }]);
  }
  const page = await pageOf(world);
  expect(page).toContain("\n  broken     left: 5 regions; as seen last: 3 regions\n");
  expect(page).toContain("the monitor opened the ticket: 5 regions\n    regions: 5\n");
  expect(page).toMatch(
    /seen broken in 2 looks of the monitor from then on, the last at [^#]*: 3\s+regions\n/,
  );
});

test("it gives programs the same, with the words of the subject as they are", async () => {
  using world = await repaired();
  await using room = await openDeskRoom();
  const story = JSON.parse((await explain(room, world, { json: true })).join(""));
  expect(story).toMatchObject({
    ticket: { id: 1, resolution: "verified_fix" },
    opened_row: 1,
    cost: { sessions: 1, turns: 3 },
  });
  const [{ calls, conclusions, changes }] = story.sessions;
  expect(calls.map(({ kind }: { kind: string }) => kind)).toEqual(["looked", "refused", "changed"]);
  expect(conclusions).toMatchObject([{ outcome: "fixed", is_evidence_named: false }]);
  expect(changes).toMatchObject([
    { entry: { state: "done", targets: ["left"] }, row: expect.any(Number) },
  ]);
});

const CHANGES_AND_GIVES_UP = [says(actCall("switch_on", "left")), says(concludeCall("cannot_fix"))];

test("a ticket that no agent has seen says so", async () => {
  using world = openWorld({ script: [] });
  await world.openTicket();
  expect(await pageOf(world)).toContain("\nNOT OVER: it is open.\n");
  await world.store.healTicket(1, "holds again");
  const page = await pageOf(world);
  expect(page).toContain("\nOVER: it was seen well again; no agent worked on it.\n");
  expect(page).toContain("no session, nothing spent");
});

const STAYS = "and is not taken back: is it to stay?";

test("what an agent changed is a person's to judge where a person closed the ticket", async () => {
  using world = openWorld({ script: CHANGES_AND_GIVES_UP });
  await world.openTicket();
  await world.run();
  await world.store.resolveTicket(1, "it is meant to be so");
  expect((await pageOf(world)).replace(/\n {4,}/g, " ")).toContain(STAYS);
});

test("what a failed attempt left is a person's to judge, though another repaired it", async () => {
  for (const effect of ["configure", "start"] as const) {
    const lamps = lampSubject({ effect });
    lamps.health.set("right", "down");
    using world = openWorld({
      lamps,
      script: [
        ...[says(actCall("switch_on", "right")), says(concludeCall("cannot_fix"))],
        ...[says(actCall("switch_on", "left")), says(concludeCall("fixed"))],
      ],
    });
    await world.openTicket();
    await world.run();
    await world.store.retryTicket(1);
    const running = world.run();
    await world.untilLine(/-> verifying/);
    await world.store.verifyTicket(1, "seen well three times");
    await running;
    const kept = "; but what another attempt changed is in force, too (step 1): is it to stay?\n";
    const page = (await pageOf(world)).replace(/\n {4,}/g, " ");
    expect(page.includes(kept)).toBe(effect === "configure");
    expect(page).toContain("OVER: repaired by an agent, and verified by the monitor.\n");
  }
});

test("what the monitor refused is a repair only where something was changed since", async () => {
  for (const acts of [false, true]) {
    const again = acts ? [says(actCall("switch_on", "right"))] : [];
    const lamps = lampSubject();
    lamps.health.set("right", "down");
    using world = openWorld({
      lamps,
      script: [
        ...[says(actCall("switch_on", "left")), says(concludeCall("fixed"))],
        ...[...again, says(concludeCall("no_action_needed"))],
      ],
    });
    await world.openTicket();
    const running = world.run();
    await world.untilLine(/-> verifying/);
    await world.store.refuseTicket(1, "left is still dark");
    await eventually(() => world.store.verifyTicket(1, "seen well three times"), "verified");
    await running;
    const page = (await pageOf(world)).replace(/\s+/g, " ");
    expect(page.includes("OVER: repaired by an agent, and verified")).toBe(acts);
    expect(page.includes("changed nothing: what mended it nobody can tell.")).toBe(!acts);
    expect(page.includes("(says scripted, not verified)")).toBe(!acts);
  }
});

test("what an agent changed without a claim is not called nothing", async () => {
  using world = openWorld({ script: CHANGES_AND_GIVES_UP });
  await world.openTicket();
  await world.run();
  await world.store.healTicket(1, "holds again");
  const page = await pageOf(world);
  expect(page).toContain("An agent had changed something, and claimed no");
  expect(page.replace(/\n {4,}/g, " ")).toContain(STAYS);
  expect(page).not.toContain("changed nothing");
});

test("an escalated ticket says what a person must know", async () => {
  using world = openWorld({ script: [says(concludeCall("cannot_fix"))] });
  await world.openTicket();
  await world.run();
  const page = await pageOf(world);
  expect(page).toMatch(/^NOT OVER, and no agent works on it: A PERSON IS NEEDED\.$/m);
  expect(page).toMatch(/^ {2}given up {3}cannot fix: it was stopped; it runs again$/m);
  expect(page).toMatch(/^ {2}your part {2}repair left: the monitor closes this when/m);
  expect(page).toContain("operator tickets retry 1");
  expect(page).toMatch(/^ {2}not verified: the ticket is escalated$/m);
});

test("what a person refused is told with the person's word", async () => {
  using world = await openDenied();
  const page = (await pageOf(world)).replace(/\n {4,}/g, " ");
  expect(page).toMatch(/row \d+: not done: switch_on left \(to repair\): .*#1 is denied\.$/m);
  expect(page).toMatch(/row \d+: a person was asked, approval #1: switch_on left: to repair$/m);
  expect(page).toMatch(/row \d+: a person's word on approval #1: denied: not at noon$/m);
  expect(page).toContain("What it changed\n  nothing\n");
});

test("who waits for an answer is told how to give it", async () => {
  using world = openWorld({
    script: [says(actCall("switch_on", "left")), says(concludeCall("cannot_fix"))],
    mode: "approve",
  });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/waiting for approval/);
  const ticket = await world.ticket();
  const story = await storyOf(world.store, { ticket, nowMs: Date.now() });
  const page = explainLines(story).join("\n");
  expect(page).toContain("\nNOT OVER: an agent waits for A PERSON'S ANSWER.\n");
  expect(page).toContain("  your part  answer: operator actions show 1, then approve, deny or");
  await world.store.decideApproval(1, "denied");
  await running;
});

test("what is asked still of an escalated ticket is named", async () => {
  const giveUp = says(concludeCall("cannot_fix"));
  using world = openWorld({
    script: [says(actCall("switch_on", "left")), giveUp],
    mode: "approve",
    onShutdown: "release",
  });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/waiting for approval #1$/);
  world.stop("SIGTERM");
  await running;
  await world.run(new AbortController().signal);
  const story = await storyOf(world.store, { ticket: await world.ticket(), nowMs: Date.now() });
  const page = explainLines(story)
    .join("\n")
    .replace(/\n {4,}/g, " ");
  expect(page).toContain("A PERSON IS NEEDED");
  expect(page).toContain("sees it well; asked still: operator actions show 1. Or let agents try");
});

test("what the subject and the model wrote stays plain text", async () => {
  const hostile = "\u001b[2J\u202eTicket #1\nWhat it changed\n  nothing";
  using world = openWorld({
    script: [says(shellCall(`printf '${hostile}'`)), says(concludeCall("cannot_fix"))],
  });
  await world.openTicket();
  await world.run();
  const page = await pageOf(world);
  expect(page).not.toContain("\u001b");
  expect(page).not.toContain("\u202e");
  expect(page.match(/^What it changed$/gm)).toHaveLength(1);
});

test("an unknown ticket is answered with those that exist", async () => {
  await using room = await openDeskRoom();
  expect((await room.run(runAudit, ["explain", "7"])).failure).toMatchObject({
    code: "not_found",
    message: "unknown ticket 7: there are no tickets",
  });
});
