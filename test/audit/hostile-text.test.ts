// Whatever a member, a model, a key or a person wrote, a terminal is only shown it: nothing that is
// printed for people holds what a terminal would obey, or what turns the writing direction.
import { expect, test } from "bun:test";
import { runActions } from "../../src/commands/actions.ts";
import { runAudit } from "../../src/commands/audit.ts";
import type { Command } from "../../src/commands/context.ts";
import { runMonitorCommand } from "../../src/commands/monitor.ts";
import { runTickets } from "../../src/commands/tickets.ts";
import { type DeskRoom, openDeskRoom } from "../commands/desk-room.ts";
import { claimBy, firing } from "../store/room.ts";
import { asking } from "../support/asking.ts";
import { commandContext } from "../support/command-context.ts";
import { serveBytes } from "../support/loopback-server.ts";

const EVIL = "\u001b[2J\u001b]0;owned\u0007\u009b31m\u0000\u202e\u200f\u2066\r\nTicket #9\u2028x";
const LONG = "word ".repeat(20_000);
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** One ticket whose every text is hostile, with a session in the middle of asking a person. */
async function fill(room: DeskRoom): Promise<void> {
  const store = room.store();
  const evidence = { [`a${EVIL}`]: EVIL, long: LONG };
  const hostile = { invariant: `i${EVIL}`, entity: `e${EVIL}${LONG}`, reason: `${EVIL}${LONG}` };
  await store.recordViolations([firing({ ...hostile, subject: `s${EVIL}`, evidence })]);
  const claimed = await store.claim(claimBy(`agent${EVIL}`, { model: `m${EVIL}` }));
  const sessionId = claimed?.session.id ?? "";
  const said = { ticketId: 1, sessionId } as const;
  const input = { command: EVIL, reason: EVIL };
  const call = { type: "tool_call", id: "1", name: `n${EVIL}`, input };
  const blocks = [{ type: "text", text: EVIL + LONG }, call];
  await store.appendAudit({ ...said, type: "model_replied", content: { blocks } });
  const guard = { callId: "1", decision: "deny", reason: EVIL, effects: [] };
  await store.appendAudit({ ...said, type: "guard_decided", content: guard });
  const result = { callId: "1", text: EVIL + LONG, exitCode: EVIL };
  await store.appendAudit({ ...said, type: "tool_result", content: result });
  const operation = { action: EVIL, target: EVIL, args: { [EVIL]: EVIL } };
  await store.requestApproval(asking(sessionId, { operation, reason: EVIL, undo: EVIL }));
  await store.decideApproval(1, "revised", EVIL);
}

const SHOWN: readonly (readonly [Command, readonly string[]])[] = [
  [runTickets, ["list"]],
  [runTickets, ["show", "1"]],
  [runAudit, ["list"]],
  [runAudit, ["show", "last"]],
  [runAudit, ["explain", "1"]],
  [runActions, ["list"]],
  [runActions, ["show", "1"]],
];

test("what is printed of it does nothing to a terminal", async () => {
  await using room = await openDeskRoom();
  await fill(room);
  for (const [command, words] of SHOWN) {
    const { lines } = await room.run(command, words, words[0] === "list" ? { all: true } : {});
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).not.toMatch(OBEYED);
  }
});

test("a page stays a page, however long the lines are that it quotes", async () => {
  await using room = await openDeskRoom();
  await fill(room);
  const { lines } = await room.run(runAudit, ["explain", "1"]);
  expect(lines.length).toBeLessThan(80);
  expect(Math.max(...lines.map((line) => Bun.stringWidth(line)))).toBeLessThanOrEqual(100);
  const listed = await room.run(runTickets, ["list"]);
  expect(Math.max(...listed.lines.map(({ length }) => length))).toBeLessThan(300);
});

test("what the monitor says of a look does nothing to a terminal", async () => {
  const body = `${EVIL}${EVIL}`;
  const bytes = Buffer.byteLength(body);
  const head = `HTTP/1.1 500 ${"\u001b[2J"}\r\ncontent-length: ${bytes}\r\n\r\n`;
  await using server = await serveBytes(head + body);
  const lines: string[] = [];
  const typed = ["--subject", "tikv", "--pd", server.url, "--once"];
  const print = (line: string) => lines.push(line);
  await runMonitorCommand(commandContext({ typed, env: {}, self: [], print }));
  expect(lines.join("\n")).toContain("owned");
  for (const line of lines) expect(line).not.toMatch(OBEYED);
});

test("nor does an error that quotes what was typed, or read", async () => {
  const child = Bun.spawn(
    [process.execPath, "src/main.ts", "tickets", "show", `1${EVIL.replaceAll("\u0000", "")}`],
    {
      env: { PATH: process.env.PATH, OPERATOR_HOME: "/nowhere" },
      stderr: "pipe",
    },
  );
  const said = (await new Response(child.stderr).text()).split("\n").filter((line) => line !== "");
  expect(said.join(" ")).toContain("must be a number");
  for (const line of said) expect(line).not.toMatch(OBEYED);
}, 20_000);
