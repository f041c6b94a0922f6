// The guard inside a session: what each mode lets through, and how a person is asked.
import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SAFETY_MODES } from "../../src/domain/session.ts";
import { lampSubject } from "../support/memory-subject.ts";
import { actCall, concludeCall, resultsIn, says, shellCall } from "../support/scripted-model.ts";
import { openWorld, SECRET, type World, type WorldOptions } from "./world.ts";

/** A session that makes one call and then gives up. */
async function tryOnce(
  call: (world: World) => ReturnType<typeof shellCall>,
  options: Partial<WorldOptions>,
): Promise<World> {
  const script = [() => says(call(world)), says(concludeCall("cannot_fix"))];
  const world: World = openWorld({ ...options, script });
  await world.openTicket();
  return world;
}

for (const mode of SAFETY_MODES) {
  for (const command of ["rm -rf ", "find -delete ", "sh -c 'shred x' ", "cat /dev/null > "]) {
    test(`${mode}: "${command}…" on operator's own files is refused, and not run`, async () => {
      using world = await tryOnce(({ home }) => shellCall(`${command}${home}/tickets.db`), {
        mode,
      });
      await world.run();
      expect(resultsIn(world.model.requests[1])[0]).toMatch(
        /^refused by the guard: .*keeps all data/,
      );
      expect(existsSync(join(world.home, "tickets.db"))).toBe(true);
      expect((await world.session()).changes).toBe(0);
    });
  }
}

test("observe: a read is run, anything else is refused", async () => {
  using world = openWorld({
    script: [
      says(shellCall("echo seen"), shellCall("touch x"), actCall("switch_on", "left")),
      says(concludeCall("cannot_fix")),
    ],
    mode: "observe",
  });
  await world.openTicket();
  await world.run();
  const [read, touch, act] = resultsIn(world.model.requests[1]);
  expect(read).toContain("seen");
  expect(touch).toContain("mode observe allows known reads alone");
  expect(act).toContain("mode observe allows known reads alone");
  expect(world.lamps.deeds).toEqual([]);
});

test("approve: an action waits for a person, and is done once it is approved", async () => {
  using world = await tryOnce(() => actCall("switch_on", "left"), { mode: "approve" });
  const running = world.run();
  await world.untilLine(/\[Guard\] starts left.*: waiting for approval #1/);
  expect(world.lamps.deeds).toEqual([]);
  await world.store.decideApproval(1, "approved");
  await running;
  expect(world.lamps.deeds).toEqual(["on left"]);
  expect((await world.store.getApproval(1))?.state).toBe("used");
});

const UNWRITABLE = [
  shellCall(`ls /${SECRET}`),
  shellCall("echo -----BEGIN X PRIVATE KEY-----; no-such-program left"),
  shellCall("no-such-program --password=x,--target=prod,--wipe-all"),
  shellCall("no-such-program --password=[redacted]"),
  actCall("switch_on", SECRET),
  actCall("switch_on", "left", { to: "password=x" }),
  actCall("switch_on", "left", { [SECRET]: "x" }),
];

for (const mode of SAFETY_MODES) {
  test(`${mode}: what cannot be written down in full is neither done nor asked for`, async () => {
    const script = [says(...UNWRITABLE), says(concludeCall("cannot_fix"))];
    using world = openWorld({ script, mode });
    await world.openTicket();
    await world.run();
    const results = resultsIn(world.model.requests[1]);
    expect(results).toHaveLength(UNWRITABLE.length);
    for (const result of results) expect(result).toStartWith("not executed: it holds what looks");
    const asked = [await world.store.listApprovals({}), world.lamps.deeds];
    expect([...asked, await world.events("guard_decided")]).toEqual([[], [], []]);
  });
}

test("approve: what was denied is not done, and the model is told", async () => {
  using world = await tryOnce(() => actCall("switch_on", "left"), { mode: "approve" });
  const running = world.run();
  await world.untilLine(/waiting for approval/);
  await world.store.decideApproval(1, "denied");
  await running;
  expect(world.lamps.deeds).toEqual([]);
  expect(resultsIn(world.model.requests[1])[0]).toContain("approval #1 is denied");
});

test("approve: an approval that nobody gives expires, and the session goes on", async () => {
  using world = await tryOnce(({ scratch }) => shellCall(`touch ${scratch}/mark`), {
    mode: "approve",
    limits: { approvalMsMax: 50, sessionMsMax: 10_000 },
  });
  await world.run();
  expect(existsSync(join(world.scratch, "mark"))).toBe(false);
  expect(resultsIn(world.model.requests[1])[0]).toContain("approval #1 is expired");
});

test("approve: waiting for a person is not working time, and keeps the lease", async () => {
  using world = await tryOnce(() => actCall("switch_on", "left"), {
    mode: "approve",
    leaseMs: 150,
    limits: { sessionMsMax: 400 },
  });
  const running = world.run();
  await world.untilLine(/waiting for approval/);
  await Bun.sleep(600);
  await world.store.decideApproval(1, "approved");
  await running;
  expect(await world.session()).toMatchObject({ stopReason: "gave_up", changes: 1 });
});

test("approve: what has become true while it waited is not done again", async () => {
  using world = await tryOnce(() => actCall("switch_on", "left"), { mode: "approve" });
  const running = world.run();
  await world.untilLine(/waiting for approval/);
  world.lamps.health.set("left", "up");
  await world.store.decideApproval(1, "approved");
  await running;
  expect(world.lamps.deeds).toEqual([]);
});

test("a signal while a person is asked ends the wait", async () => {
  using world = await tryOnce(() => actCall("switch_on", "left"), { mode: "approve" });
  const running = world.run();
  await world.untilLine(/waiting for approval/);
  world.stop("SIGTERM");
  await running;
  expect((await world.ticket()).note).toStartWith("interrupted by SIGTERM");
});

const OBSTACLES = [
  { what: "a precondition that is not met", target: "middle", says: "nothing was done: no lamp" },
  { what: "what is already in effect", target: "right", says: "already in effect, nothing was" },
];

for (const { what, target, says: expected } of OBSTACLES) {
  test(`${what} stops an action, and changes nothing`, async () => {
    using world = await tryOnce(() => actCall("switch_on", target), {});
    await world.run();
    expect(resultsIn(world.model.requests[1])[0]).toContain(expected);
    expect(await world.session()).toMatchObject({ changes: 0 });
    expect(world.lamps.deeds).toEqual([]);
  });
}

test("nothing but a start is done to a subject that cannot be seen", async () => {
  const lamps = lampSubject({ effect: "configure" });
  lamps.health.set("left", "unknown").set("right", "unknown");
  using world = await tryOnce(() => actCall("switch_on", "left"), { lamps });
  await world.run();
  expect(resultsIn(world.model.requests[1])[0]).toContain("the subject cannot be seen");
  expect(lamps.deeds).toEqual([]);
});

test("what is down is started blindly, too: it takes nothing away", async () => {
  const lamps = lampSubject();
  lamps.health.set("left", "unknown").set("right", "unknown");
  using world = await tryOnce(() => actCall("switch_on", "left"), { lamps });
  await world.run();
  expect(lamps.deeds).toEqual(["on left"]);
});

test("a command that changes something is refused while the subject cannot be seen", async () => {
  const lamps = lampSubject();
  lamps.health.set("left", "unknown").set("right", "unknown");
  using world = await tryOnce(({ scratch }) => shellCall(`touch ${scratch}/mark`), { lamps });
  await world.run();
  expect(resultsIn(world.model.requests[1])[0]).toContain("the subject cannot be seen at present");
  expect(existsSync(join(world.scratch, "mark"))).toBe(false);
});

test("an action whose postcondition stays false says so, and counts as a change", async () => {
  const lamps = lampSubject({ run: async () => "turned the switch", withinMs: 50 });
  using world = await tryOnce(() => actCall("switch_on", "left"), { lamps });
  await world.run();
  expect(resultsIn(world.model.requests[1])[0]).toMatch(
    /^done: turned the switch; postcondition not met after [\d.]+ s: left is dark\n/,
  );
  expect((await world.session()).changes).toBe(1);
});

test("an action that fails tells the model why", async () => {
  const lamps = lampSubject({ run: () => Promise.reject(new Error("the fuse blew")) });
  using world = await tryOnce(() => actCall("switch_on", "left"), { lamps });
  await world.run();
  expect(resultsIn(world.model.requests[1])[0]).toStartWith("failed: the fuse blew; postcondition");
});

test("a command that takes the majority of a role away is refused, and not run", async () => {
  using world = await tryOnce(() => shellCall("operator subject kill lamps right"), {});
  await world.run();
  expect(resultsIn(world.model.requests[1])[0]).toContain(
    "refused by the guard: interrupting right would leave 0 of 2 members of role lamp up",
  );
  expect((await world.session()).changes).toBe(0);
});

test("approve: what a person let pass is looked at once more before it interrupts", async () => {
  const lamps = lampSubject();
  for (const name of ["left", "middle"]) lamps.health.set(name, "up");
  using world = await tryOnce(() => shellCall("operator subject kill lamps right"), {
    mode: "approve",
    lamps,
  });
  const running = world.run();
  await world.untilLine(/waiting for approval/);
  lamps.health.set("left", "down");
  await world.store.decideApproval(1, "approved");
  await running;
  expect(resultsIn(world.model.requests[1])[0]).toContain(
    "1 of 3 members of role lamp up (left missing already)",
  );
});

test("only mutating commands are journaled and count as a change", async () => {
  using world = openWorld({
    script: [
      () =>
        says(
          shellCall("ls /"),
          shellCall(`touch ${world.scratch}/a`),
          shellCall("pd-ctl scheduler remove evict-leader-scheduler"),
        ),
      says(concludeCall("cannot_fix")),
    ],
  });
  await world.openTicket();
  await world.run();
  const { id, changes } = await world.session();
  const journal = await world.store.journalOf(id);
  expect(journal.map(({ operation, state }) => [operation.command, state])).toEqual([
    [`touch ${world.scratch}/a`, "done"],
    ["pd-ctl scheduler remove evict-leader-scheduler", "failed"],
  ]);
  expect(changes).toBe(1);
});

test("secrets reach neither the model, nor a line, nor the audit, nor the journal", async () => {
  using world = openWorld({
    script: [
      () => {
        writeFileSync(join(world.scratch, "notes"), `it is ${SECRET}\ntoken=abcdef123\n`);
        return says(shellCall(`cat ${world.scratch}/notes`), shellCall(`echo ${SECRET}`));
      },
      says({ type: "text", text: `It is ${SECRET}.` }, concludeCall("cannot_fix")),
    ],
  });
  await world.openTicket();
  await world.run();
  const { id } = await world.session();
  const journal = JSON.stringify(await world.store.journalOf(id));
  const audit = JSON.stringify(await world.store.eventsOf({}));
  const told = resultsIn(world.model.requests[1]).join("\n");
  for (const text of [world.lines.join("\n"), audit, told]) expect(text).toContain("[redacted]");
  for (const text of [world.lines.join("\n"), journal, audit, told]) {
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain("abcdef123");
  }
});
