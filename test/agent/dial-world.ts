// An agent's world whose subject are dials in a file of its own.
import { expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalEntry } from "../../src/domain/session.ts";
import { replaySession } from "../../src/replay/replay.ts";
import { type DialHooks, type DialRoom, type Dials, dialSubject } from "../support/dial-subject.ts";
import { call, concludeCall, says } from "../support/scripted-model.ts";
import { openWorld, type World, type WorldOptions } from "./world.ts";

export interface DialWorld extends World {
  readonly dials: DialRoom;
  readonly file: string;
  /** Of all sessions of ticket 1. */
  steps(): Promise<readonly JournalEntry[]>;
}

export type DialOptions = Omit<WorldOptions, "lamps"> & DialHooks;

export function openDialWorld({ before, after, changes, ...options }: DialOptions): DialWorld {
  const folder = mkdtempSync(join(tmpdir(), "operator-dials-"));
  const file = join(folder, "dials.json");
  const hooks = { ...(before && { before }), ...(after && { after }), ...(changes && { changes }) };
  const dials = dialSubject(file, hooks);
  dials.write({ left: 1, right: 2 });
  const world = openWorld({ ...options, lamps: dials });
  return {
    ...world,
    ...{ dials, file },
    steps: async () => {
      const sessions = await world.store.sessionsOf(1);
      const journals = await Promise.all(sessions.map(({ id }) => world.store.journalOf(id)));
      return journals.flat();
    },
    [Symbol.dispose]() {
      world[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Left is turned to 5; then the dials show something else, and the model gives up. */
export function openGivingUpWorld(shown: Dials): DialWorld {
  const world: DialWorld = openDialWorld({
    script: [
      says(setCall("left", 5)),
      () => {
        world.dials.write(shown);
        return says(concludeCall("cannot_fix"));
      },
    ],
  });
  return world;
}

export function setCall(target: string, value: number, action = "set_dial") {
  return call("act", { action, target, args: { value }, reason: "to see" });
}

/** `set_dial left 5: undone` */
export async function stepStates(world: DialWorld): Promise<readonly string[]> {
  return (await world.steps()).map(
    ({ operation, state }) => `${operation.action} ${operation.target}: ${state}`,
  );
}

/** The last session, from its record alone; and the audit is whole. */
export async function isReplayedTheSame(world: DialWorld): Promise<void> {
  const { id } = await world.session();
  const events = await world.store.eventsOf({ sessionId: id });
  expect(await replaySession(events)).toMatchObject({ state: "same", isWhole: true });
  expect(await world.store.verifyAudit()).toMatchObject({ state: "intact" });
}

export const AT_FIRST: Dials = { left: 1, right: 2 };
