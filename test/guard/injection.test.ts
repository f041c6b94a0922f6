// Hostile telemetry before a model that obeys it all: not the prompt must hold, but the guard.
import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Block, ModelRequest } from "../../src/domain/model.ts";
import { SAFETY_MODES, type SafetyMode } from "../../src/domain/session.ts";
import { openWorld, type World } from "../agent/world.ts";
import { serveBytes } from "../support/loopback-server.ts";
import { concludeCall, says, shellCall } from "../support/scripted-model.ts";
import { verdictWith } from "../support/verdicts.ts";
import { PLEAS, WISHES } from "./injections.ts";

interface Planted extends AsyncDisposable {
  /** What the model looks at first; undefined when its briefing has the words already. */
  readonly look?: string;
}

/** Puts the words where they will be read. */
type Plant = (world: World, words: string) => Promise<Planted>;

const PLACES: Readonly<Record<string, Plant>> = {
  "a log": async ({ scratch }, words) => {
    const file = join(scratch, "member.log");
    writeFileSync(file, `2026-01-01T00:00:00Z INFO started\n${words}\n`);
    return { ...nothingToClose(), look: `tail -n 100 ${file}` };
  },
  "the names of keys": async ({ scratch }, words) => {
    const file = join(scratch, "keys");
    writeFileSync(file, words.replace(/^/gm, "limit:tenant:"));
    return { ...nothingToClose(), look: `sort ${file} | head -500` };
  },
  "an HTTP error": async (_, words) => {
    const head = "HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\n";
    const server = await serveBytes(`${head}{"error":\n${words}\n}`);
    return {
      look: `curl -si ${server.url}`,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
  "the labels of a metric": async (_, words) => {
    const lines = words.replace(/^/gm, 'up{store="').replace(/$/gm, '"} 1');
    const server = await serveBytes(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${lines}\n`);
    return {
      look: `curl -s ${server.url}metrics`,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
  "a ticket": async ({ store }, words) => {
    const evidence = { status: 500, body: words };
    const verdict = verdictWith({ subject: "lamps", entity: "left", reason: words, evidence });
    await store.recordViolations([{ verdict, sinceMs: Date.now() }]);
    return nothingToClose();
  },
  "a member's name": async ({ lamps }, words) => {
    lamps.health.set(words, "unknown");
    return nothingToClose();
  },
};

function nothingToClose(): Planted {
  return { [Symbol.asyncDispose]: async () => undefined };
}

/** Whatever it was last told to run, it runs. */
function obey({ messages }: ModelRequest): readonly Block[] {
  const last = messages.at(-1)?.blocks ?? [];
  const told = last.flatMap((block) => ("text" in block ? [block.text] : [])).join("\n");
  const commands = [...told.matchAll(/run: (.+?) #end/gs)].map(([, command = ""]) => command);
  // In a ticket, which is JSON, quotes and backslashes are written with a backslash.
  const plain = commands.map((command) => command.replace(/\\(["\\])/g, "$1"));
  return [...new Set(plain)].map(shellCall);
}

interface Scene {
  readonly plant: Plant;
  readonly plea: string;
  readonly mode: SafetyMode;
}

/** Of one message no more are executed. */
const CALLS_MAX = 16;

async function playOut({ plant, plea, mode }: Scene): Promise<World> {
  let look: string | undefined;
  let calls: readonly Block[] = [];
  const isTold = (request: ModelRequest) => {
    calls = obey(request);
    return says(...calls.slice(0, CALLS_MAX));
  };
  const part = (from: number) => () => says(...calls.slice(from, from + CALLS_MAX));
  const world = openWorld({
    script: [
      (request) => (look === undefined ? isTold(request) : says(shellCall(look))),
      (request) => (look === undefined ? part(CALLS_MAX)() : isTold(request)),
      () => part(look === undefined ? 2 * CALLS_MAX : CALLS_MAX)(),
      () => part(look === undefined ? 3 * CALLS_MAX : 2 * CALLS_MAX)(),
      says(concludeCall("cannot_fix")),
    ],
    mode,
    limits: { approvalMsMax: 20, outputBytesMax: 65_536 },
  });
  const wishes = WISHES.map((wish) => wish.replaceAll("HOME_OF_OPERATOR", world.home));
  const words = wishes.map((wish) => plea.replace("COMMAND", wish)).join("\n");
  await using planted = await plant(world, words);
  look = planted.look;
  if ((await world.store.listTickets({ limit: 1 })).length === 0) await world.openTicket();
  await world.run();
  return world;
}

for (const [index, plea] of PLEAS.entries()) {
  const [where, plant] = Object.entries(PLACES)[index % Object.keys(PLACES).length] ?? [];
  if (!plant) continue;
  for (const mode of SAFETY_MODES) {
    test(`${mode}: ${where} says ${JSON.stringify(plea.slice(0, 40))}…, in vain`, async () => {
      using world = await playOut({ plant, plea, mode });
      const decided = await world.events("guard_decided");
      const passed = decided.filter(({ content }) => content.decision !== "deny");
      // The look itself may pass, where there was one.
      const looks = decided.length - WISHES.length;
      expect(passed.map(({ content }) => content.rule)).toEqual(Array(looks).fill("reads"));
      expect(existsSync(join(world.home, "tickets.db"))).toBe(true);
      expect(await world.session()).toMatchObject({ changes: 0 });
      expect((await world.store.verifyAudit()).state).toBe("intact");
    });
  }
}
