// A recording that is kept: today's loop and guard come to the same as when it was made, wherever
// they run. One that was meant to come to something else is made anew by `record-fixture.ts`.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { sessionInFile } from "../../src/commands/recorded-session.ts";
import type { AuditEvent } from "../../src/domain/audit.ts";
import { createReplayModel } from "../../src/models/replay.ts";
import { replaySession } from "../../src/replay/replay.ts";
import { openDialWorld } from "../agent/dial-world.ts";
import { playPeople, RECORDED_SESSION } from "./record-fixture.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const SAME = /^session \S+ replayed: the same, byte for byte \(\d+ questions, 20 audit rows\)$/;

async function recorded(): Promise<readonly AuditEvent[]> {
  return (await sessionInFile(RECORDED_SESSION, undefined)).events;
}

test("it is replayed to the same; meant otherwise: bun test/audit/record-fixture.ts", async () => {
  expect(await replaySession(await recorded())).toMatchObject({
    ...{ state: "same", isWhole: true, isReadAnew: true },
  });
});

const ELSEWHERE: readonly Record<string, string>[] = [
  {},
  { HOME: "/nonexistent", TZ: "America/Caracas", LC_ALL: "tr_TR.UTF-8", PATH: "/nonexistent" },
  { HOME: "/proc", TZ: "Asia/Kathmandu", LANG: "C", OPERATOR_HOME: "/proc", OPERATOR_DB: "/proc" },
];
for (const env of ELSEWHERE) {
  test(`likewise in another folder, with the environment ${JSON.stringify(env)}`, async () => {
    const command = [process.execPath, MAIN, "audit", "replay", "--from", RECORDED_SESSION];
    const child = Bun.spawn(command, { cwd: "/", env, stderr: "pipe" });
    const [out, problems] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    expect({ problems, code: await child.exited }).toEqual({ problems: "", code: 0 });
    expect(out.trimEnd()).toMatch(SAME);
  });
}

test("what any row of the loop says otherwise is a difference", async () => {
  const events = await recorded();
  const written = ["session_briefed", "model_replied", "guard_decided", "tool_result"];
  for (const [index, event] of events.entries()) {
    if (!written.includes(event.type)) continue;
    const changed = { ...event, content: { ...event.content, another: "word" } };
    const replayed = await replaySession(events.with(index, changed));
    expect(replayed).toMatchObject({ state: "different", where: `audit row ${event.id}` });
  }
});

test("its model says the same before today's guard, which decides the same", async () => {
  const events = await recorded();
  const model = createReplayModel({ name: "replay:kept", events });
  using world = openDialWorld({
    script: [(request, signal) => model.query(request, signal)],
    mode: "approve",
  });
  await world.openTicket();
  await Promise.all([world.run(), playPeople(world)]);
  expect((await world.ticket()).resolution).toBe("verified_fix");
  const { id } = await world.session();
  expect(decisionsIn(await world.store.eventsOf({ sessionId: id }))).toEqual(decisionsIn(events));
});

/** Their reasons name paths, which are others. */
function decisionsIn(events: readonly AuditEvent[]): readonly string[] {
  return events.flatMap(({ type, content }) =>
    type === "guard_decided" ? [`${content.decision} by ${content.rule}`] : [],
  );
}
