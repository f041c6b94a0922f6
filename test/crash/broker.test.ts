// The broker is killed at every step of its record and of its socket, and while the engine works
// for it: what was done stands on record before it was done, and nothing is done again by itself.
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sayTo } from "../support/broker-room.ts";
import { eventually } from "../support/eventually.ts";
import { killEverywhere } from "./points.ts";
import { openSmallEngine, PROJECT, type SmallEngine } from "./small-engine.ts";
import { openWorld, type Process, type World } from "./world.ts";

const WITHIN_MS = 60_000;
const WORDS = `broker --subject lamps --project ${PROJECT}`;
/** The engine is told of both halves at once. */
const RESTART = ["restart one"];

interface Room extends AsyncDisposable {
  readonly world: World;
  readonly engine: SmallEngine;
  start(point?: string): Process;
}

test(
  "the broker is killed at every step",
  async () => {
    const passed = await killEverywhere(
      async ({ point }) => {
        await using room = await openRoom();
        const first = room.start(point);
        await Promise.race([untilAnswers(room), first.exited]);
        const answer = await ask(room, "restart");
        first.kill("SIGTERM");
        const { isKilled } = await first.exited;
        expectOnRecord(room, answer);
        await expectGoesOn(room);
        return isKilled;
      },
      { atOnce: 4 },
    );
    expect(passed).toContain("record.appended");
  },
  WITHIN_MS,
);

test.each(RESTART)("the broker is killed while the engine does %p", async (deed) => {
  await using room = await openRoom();
  const first = room.start();
  room.engine.onDeed = (told) => {
    if (told === deed) first.kill("SIGKILL");
  };
  await untilAnswers(room);
  expect(await ask(room, "restart")).toBe("");
  expect((await first.exited).isKilled).toBe(true);
  expect(room.engine.deeds.at(-1)).toBe(deed);
  expectOnRecord(room, "");
  await expectGoesOn(room);
});

async function openRoom(): Promise<Room> {
  const world = await openWorld({ lamps: [], speed: 1 });
  const engine = await openSmallEngine(world.home);
  return {
    world,
    engine,
    start: (point) => world.start(WORDS, { point, env: { DOCKER_HOST: engine.host } }),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

/** Undefined until it has said one thing. */
function untilAnswers(room: Room): Promise<boolean> {
  return eventually(async () => (await say(room, { do: "members" })) !== "", "the broker answers");
}

function ask(room: Room, verb: string): Promise<string> {
  return say(room, { do: verb, member: "one" });
}

function say({ world }: Room, question: unknown): Promise<string> {
  const socket = join(world.home, "broker", "broker.sock");
  return sayTo(socket, `${JSON.stringify(question)}\n`);
}

/** The engine was told nothing that is not, and the asker nothing else than what is. */
function expectOnRecord(room: Room, answer: string): void {
  const events = eventsOf(room).filter((event) => ["allowed", "done", "failed"].includes(event));
  const { deeds } = room.engine;
  expect(deeds).toEqual(RESTART.slice(0, deeds.length));
  if (deeds.length > 0) expect(events[0]).toBe("allowed");
  if (answer !== "") expect(JSON.parse(answer)).toMatchObject({ ok: true });
  if (answer !== "" || events.includes("done")) {
    expect([events, deeds]).toEqual([["allowed", "done"], RESTART]);
  }
}

/**
 * What was interrupted is not done by itself, but told, with what is seen of it; and who asks again
 * is served.
 */
async function expectGoesOn(room: Room): Promise<void> {
  const { engine } = room;
  const told = engine.deeds.length;
  const before = eventsOf(room);
  const count = (event: string) => before.filter((one) => one === event).length;
  const wasInterrupted = count("allowed") > count("done") + count("failed");
  const second = room.start();
  await untilAnswers(room);
  expect(engine.deeds).toHaveLength(told);
  const isDown = engine.stateOf("one") !== "running";
  expect(JSON.parse(await ask(room, "start"))).toMatchObject({ ok: true });
  expect(engine.deeds.slice(told)).toEqual(isDown ? ["start one"] : []);
  expect(engine.stateOf("one")).toBe("running");
  expect(eventsOf(room).slice(-2)).toEqual(["allowed", "done"]);
  const lines = entriesOf(room).filter(({ event }) => event === "interrupted");
  expect(lines).toHaveLength(wasInterrupted ? 1 : 0);
  const seen = told === 0 ? "it has had no effect so far: " : isDown ? "it was cut " : "it took ";
  for (const { text } of lines) expect(text).toStartWith(seen);
  second.kill("SIGTERM");
  expect(await second.exited).toMatchObject({ exitCode: 0 });
  expect(eventsOf(room).at(-1)).toBe("stopped");
}

/** Of all lives, oldest first. Each line is whole. */
function eventsOf(room: Room): readonly string[] {
  return entriesOf(room).map(({ event }) => event);
}

function entriesOf({ world }: Room): readonly { event: string; text?: string }[] {
  const file = join(world.home, "broker", "record.jsonl");
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  return lines.map((line) => JSON.parse(line));
}
