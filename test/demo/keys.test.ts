// What a key means while an operation waits for a person.
import { expect, test } from "bun:test";
import { type KeyCommand, type KeyContext, readKey } from "../../demo/live/keys.ts";
import { createMemory, type LiveMemory, NO_RECORD, noteDrawn } from "../../demo/live/memory.ts";
import { viewOf } from "../../demo/live/view.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { createRing } from "../../src/panels/ring.ts";
import { SEEN } from "../support/asking.ts";

const SIZE = { columns: 80, rows: 24 };
const NOTHING: KeyCommand = { type: "nothing" };

test("a and d answer what is on the screen", () => {
  const memory = memoryWith(1);
  expect(press(memory, "a")).toEqual({ type: "decide", approvalId: 1, decision: "approved" });
  expect(press(memory, "d")).toEqual({ type: "decide", approvalId: 1, decision: "denied" });
});

test("what was set aside is shown by a and d, and answered by the next one", () => {
  for (const key of ["a", "d"]) {
    const memory = memoryWith(1);
    press(memory, "escape");
    expect(shown(memory).overlay).toBeUndefined();
    expect(shown(memory).agent.footer).toMatch(/#1 waits/);
    expect(press(memory, key).type).toBe("desk");
    expect(shown(memory).overlay).toMatchObject({ type: "approval", id: 1 });
    expect(press(memory, key).type).toBe("decide");
  }
});

test("the next operation is shown, and from its start, however the last one was arranged", () => {
  const memory = memoryWith(1);
  for (const key of ["end", "escape"]) press(memory, key);
  memory.record = memoryWith(2).record;
  expect(shown(memory).overlay).toMatchObject({ id: 2, scrolledDown: 0 });
});

test("one that has taken the place of another is not answered before it was drawn", () => {
  const memory = memoryWith(1);
  shown(memory);
  memory.record = memoryWith(2).record;
  const view = viewOf(memory, { nowMs: 0, faults: [] });
  const room = { columns: 40, rows: 10 };
  expect(readKey(memory, "a", { view, room, size: SIZE, panels: [], faultCount: 0 })).toEqual(
    NOTHING,
  );
  expect(press(memory, "a")).toEqual({ type: "decide", approvalId: 2, decision: "approved" });
});

test("beside an operation stand its effects, its way back, its reason and its state", () => {
  const memory = memoryWith(1);
  const { overlay } = shown(memory);
  expect(overlay?.type === "approval" && overlay.facts).toEqual([
    ["Effect", "interrupt tikv2: restart_member tikv2"],
    ["Way back", "NO UNDO: none is known"],
    ["Reason", "it hangs"],
    ["Asked while", "1 of 2 members up; one down"],
    ["For", "ticket #1, 30.0 s left; nobody waits: it is for the next session that asks"],
  ]);
});

test("what it would replace stands beside it, in the subject's words and not the model's", () => {
  const memory = memoryWith(1, {}, { ...SEEN, replaces: "acme is overridden with 321" });
  const { overlay } = shown(memory);
  const facts = overlay?.type === "approval" ? overlay.facts : [];
  expect(facts).toContainEqual(["Replaces", "acme is overridden with 321"]);
});

test("a long operation is scrolled no further than to its end", () => {
  const memory = memoryWith(1, Object.fromEntries(Array.from({ length: 40 }, (_, at) => [at, at])));
  const scrolledDown = (...keys: readonly string[]) => {
    for (const key of keys) press(memory, key);
    const { overlay } = shown(memory);
    return overlay?.type === "approval" ? (overlay.scrolledDown ?? 0) : Number.NaN;
  };
  const most = scrolledDown("end");
  expect(most).toBeGreaterThan(20);
  expect(scrolledDown("down", "pagedown")).toBe(most);
  expect(scrolledDown("up")).toBe(most - 1);
  expect(scrolledDown("home", "up")).toBe(0);
});

test("other keys do what they do, but open nothing behind the question", () => {
  const memory = memoryWith(1);
  press(memory, "tab");
  press(memory, "z");
  expect(shown(memory)).toMatchObject({ focus: "agent", isZoomed: true });
  expect(press(memory, "?")).toEqual(NOTHING);
  expect(press(memory, "q")).toEqual({ type: "quit" });
});

function memoryWith(
  id: number,
  operation: JsonObject = { action: "start_member" },
  seen = SEEN,
): LiveMemory {
  const rings = { monitor: createRing({ linesMax: 9 }), agent: createRing({ linesMax: 9 }) };
  const named = { subject: "toy", provenance: "", mode: "approve", model: "runbook", figures: [] };
  const memory = createMemory({ ...named, story: undefined, rings, chosen: 0 });
  memory.desk = { ...memory.desk, focus: "monitor" };
  const approval = {
    ...{ id, sessionId: "s1", holderId: "s1", ticketId: 1, operation, reason: "it hangs" },
    ...{ operationHash: "", undo: "NO UNDO: none is known", seen, stateHash: "", note: null },
    effects: [{ kind: "interrupt", targets: ["tikv2"], source: "restart_member tikv2" }] as const,
    ...{ state: "pending" as const, requestedAtMs: 0, expiresAtMs: 30_000, decidedAtMs: null },
    ...{ isAwaited: false, decidedBy: null },
  };
  memory.record = { ...NO_RECORD, approval };
  return memory;
}

/** And drawn. */
function shown(memory: LiveMemory) {
  return noteDrawn(memory, viewOf(memory, { nowMs: 0, faults: [] }));
}

/** Desk commands are carried out, as the screen does. */
function press(memory: LiveMemory, key: string): KeyCommand {
  const panels = ["cluster", "monitor", "agent"] as const;
  const context: KeyContext = {
    ...{ view: shown(memory), size: SIZE, panels, faultCount: 0 },
    room: { columns: 40, rows: 10 },
  };
  const command = readKey(memory, key, context);
  if (command.type === "desk") memory.desk = { ...memory.desk, ...command.desk };
  return command;
}
