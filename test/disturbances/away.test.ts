// Members that the runtime knows to be away: judged by its word, and waited for by nobody.
import { expect, test } from "bun:test";
import { hurryWhenOneIsGone, judgeAway } from "../../src/disturbances/away.ts";
import { askRuntime, markMembers, type RuntimeWord } from "../../src/disturbances/look.ts";
import { systemClock as clock } from "../../src/infra/clock.ts";
import { type DisturbedMembers, disturbableMembers } from "../support/disturbed-members.ts";
import { silence } from "../support/fake-peer.ts";
import { serveFakeTikv } from "../support/fake-tikv.ts";
import { judgementsOf, look, watchEndpoints } from "../support/tikv-looks.ts";

const { signal } = new AbortController();
const HOUR_MS = 3_600_000;

function ask({ runtime }: DisturbedMembers): Promise<RuntimeWord> {
  return askRuntime({ runtime, clock, signal, deadlineMs: HOUR_MS });
}

test("who died or stands still is away; who ended as it was asked to may come back", async () => {
  const members = disturbableMembers(["dead", "paused", "stopped", "well"]);
  Object.assign(members.states, { dead: "stopped", paused: "paused", stopped: "stopped" });
  members.orderly.push("stopped");
  const word = await ask(members);
  const opinions = ["dead", "paused", "stopped", "well"].map((name) =>
    judgeAway(word, { name, states: ["stopped", "paused"] }),
  );
  expect(opinions).toEqual([
    expect.objectContaining({ state: "violated", isDefinite: true }),
    expect.objectContaining({ reason: "its container is paused", isDefinite: true }),
    undefined,
    undefined,
  ]);
  expect(judgeAway(word, { name: "paused", states: ["stopped"] })).toBeUndefined();
});

test("who is away and did not answer is down; an answer counts for more", async () => {
  const members = disturbableMembers(["one", "two"]);
  Object.assign(members.states, { one: "stopped", two: "stopped" });
  const seen = [
    { name: "one", role: "member", health: "unknown", detail: "told to stop" },
    { name: "two", role: "member", health: "up", detail: "answers" },
  ] as const;
  const marked = markMembers(seen, await ask(members));
  expect(marked.map(({ health, detail }) => `${health}: ${detail}`)).toEqual([
    "down: its container does not run",
    "up: answers",
  ]);
});

test("only one that has gone since the look before ends the others' time", async () => {
  const members = disturbableMembers(["one", "two"]);
  const well = await ask(members);
  members.states.one = "stopped";
  const told = ask(members);
  const isHurried = async (before: RuntimeWord | undefined) => {
    using hurry = hurryWhenOneIsGone({ told, before, clock, signal });
    const late = Promise.withResolvers<boolean>();
    hurry.signal.addEventListener("abort", () => late.resolve(true));
    return await Promise.race([late.promise, clock.sleep(1_000).then(() => false)]);
  };
  const befores = [well, await told, undefined];
  expect(await Promise.all(befores.map(isHurried))).toEqual([true, false, false]);
});

test("a PD that waits for a new leader holds up no look that knows why", async () => {
  await using cluster = serveFakeTikv();
  const members = disturbableMembers(["pd-0", "pd-1"]);
  const urls = cluster.pd.map(({ url }) => url);
  const watcher = watchEndpoints(urls, clock, members.runtime);
  await look(watcher);
  members.states["pd-0"] = "stopped";
  for (const pd of cluster.pd) silence(pd);
  const seen = await look(watcher, HOUR_MS);
  expect(judgementsOf(seen, "pd_member_down")).toEqual([
    expect.objectContaining({ entity: "pd-0", state: "violated", isDefinite: true }),
    expect.objectContaining({ entity: "pd-1", state: "unknown" }),
  ]);
  expect(seen.stores.map(({ metrics }) => metrics.state)).toEqual(["read", "read", "read"]);
});
