// operator audit export: JSON Lines for programs, and a page for people in which nothing that a
// subject or a model wrote is more than text.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAudit } from "../../src/commands/audit.ts";
import { OperatorError } from "../../src/domain/errors.ts";
import { openWorld, type World } from "../agent/world.ts";
import { type DeskRoom, openDeskRoom, type Ran } from "../commands/desk-room.ts";
import { actCall, concludeCall, says, shellCall } from "../support/scripted-model.ts";
import { verdictWith } from "../support/verdicts.ts";

const HOSTILE = [
  `</pre></td><script>fetch("http://evil.example/")</script>`,
  `<img src=x onerror="alert(1)">`,
  `" onmouseover="alert(1)`,
  `' style='background:url(http://evil.example/)`,
  "<!-- ",
  "]]> &lt;script&gt; &#60;b&#62;",
  "<style>body{display:none}</style>",
  "\u0000\u001b]8;;http://evil.example/\u0007link\u202e\u200f",
].join(" ");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "operator-export-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Two tickets whose every text is hostile; the first was worked on by one session. */
async function hostileWorld(): Promise<World> {
  const world = openWorld({
    script: [
      says(
        { type: "text", text: HOSTILE },
        shellCall(`printf '%s' '${HOSTILE.replace(/'/g, "")}'`),
      ),
      says(concludeCall("cannot_fix")),
    ],
  });
  for (const entity of ["left", HOSTILE]) {
    const verdict = verdictWith({
      ...{ subject: "lamps", invariant: "lamp_on", entity, reason: HOSTILE },
      evidence: { [HOSTILE]: HOSTILE },
    });
    await world.store.recordViolations([{ verdict, sinceMs: Date.now() }]);
  }
  await world.run();
  return world;
}

function exported(room: DeskRoom, world: World, flags: Record<string, string>): Promise<Ran> {
  return room.run(runAudit, ["export"], { db: join(world.home, "tickets.db"), ...flags });
}

test("the page holds no element, attribute or address that is not its own", async () => {
  using world = await hostileWorld();
  await using room = await openDeskRoom();
  const out = join(folder, "all.html");
  expect((await exported(room, world, { out })).exitCode).toBe(0);
  const page = readFileSync(out, "utf8");
  const elements = new Set<string>();
  const attributes = new Set<string>();
  const comments: string[] = [];
  const reader = new HTMLRewriter().on("*", {
    element: (element) => {
      elements.add(element.tagName);
      for (const [name] of element.attributes) attributes.add(`${element.tagName} ${name}`);
    },
    comments: ({ text }) => void comments.push(text),
  });
  await reader.transform(new Response(page)).text();
  expect([...elements].toSorted()).toEqual(
    [
      ...["article", "body", "details", "h1", "h2", "h3", "head", "html", "li", "meta", "p", "pre"],
      ...["style", "summary", "table", "td", "th", "title", "tr", "ul"],
    ].toSorted(),
  );
  expect([...attributes].toSorted()).toEqual([
    "html lang",
    "li class",
    "meta charset",
    "meta content",
    "meta http-equiv",
    "meta name",
    "p class",
    "tr id",
  ]);
  expect(comments).toEqual([]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e-\u200f\u202a-\u202e]/);
  expect(page).toContain("&lt;script&gt;fetch(&quot;http://evil.example/&quot;)");
});

test("a step says by which tool it was done", async () => {
  using world = openWorld({
    script: [says(actCall("switch_on", "left")), says(concludeCall("cannot_fix"))],
  });
  await world.openTicket();
  await world.run();
  await using room = await openDeskRoom();
  const out = join(folder, "steps.jsonl");
  await exported(room, world, { out });
  const rows = readFileSync(out, "utf8").split("\n").slice(0, 4);
  expect(rows.map((row) => JSON.parse(row))).toMatchObject([
    { kind: "export" },
    { kind: "ticket" },
    { kind: "session" },
    { kind: "step", tool: "act", operation: { action: "switch_on" }, state: "done" },
  ]);
});

test("JSON Lines hold every row, and the events as the chain has them", async () => {
  using world = await hostileWorld();
  await using room = await openDeskRoom();
  const out = join(folder, "all.jsonl");
  const { lines } = await exported(room, world, { out });
  const rows = readFileSync(out, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows.map(({ kind }) => kind).filter((kind) => kind !== "event")).toEqual([
    "export",
    "ticket",
    "session",
    "ticket",
    "end",
  ]);
  const events = rows.filter(({ kind }) => kind === "event");
  const stored = await world.store.eventsOf({});
  expect(events.map(({ id, hash, content }) => ({ id, hash, content }))).toEqual(
    stored.map(({ id, hash, content }) => ({ id, hash, content: { ...content } })),
  );
  expect(lines).toEqual([`${out}: ${stored.length} audit rows as jsonl`]);
});

test("one ticket or one session is exported without the others", async () => {
  using world = await hostileWorld();
  await using room = await openDeskRoom();
  const kinds = async (flags: Record<string, string>) => {
    const out = join(folder, "part.jsonl");
    expect((await exported(room, world, { out, ...flags })).failure).toBeUndefined();
    const rows = readFileSync(out, "utf8").trimEnd().split("\n");
    return rows.map((row) => JSON.parse(row)).filter(({ kind }) => kind === "event");
  };
  const { id } = await world.session();
  expect(new Set((await kinds({ ticket: "2" })).map((row) => row.ticket_id))).toEqual(new Set([2]));
  const ofSession = await kinds({ session: id.slice(0, 12) });
  expect(new Set(ofSession.map((row) => row.session_id))).toEqual(new Set([id]));
});

test("the file is its owner's alone, and what cannot be written leaves nothing", async () => {
  using world = await hostileWorld();
  await using room = await openDeskRoom();
  await exported(room, world, { out: join(folder, "a.html") });
  expect(statSync(join(folder, "a.html")).mode & 0o777).toBe(0o600);
  const { failure } = await exported(room, world, { out: join(folder, "no", "such.html") });
  expect(failure).toBeInstanceOf(OperatorError);
  expect(existsSync(join(folder, "no"))).toBe(false);
  expect(readdirSync(folder)).toEqual(["a.html"]);
});

test("a wish without a file, or for two things, is refused", async () => {
  await using room = await openDeskRoom();
  expect((await room.run(runAudit, ["export"])).failure).toMatchObject({ code: "usage" });
  const both = { out: join(folder, "x"), ticket: "1", session: "last" };
  expect((await room.run(runAudit, ["export"], both)).failure).toMatchObject({ code: "usage" });
});

test("rows of no ticket stand on the page of all, and on no other", async () => {
  using world = openWorld({
    script: [says(shellCall("uptime")), says(concludeCall("cannot_fix"))],
  });
  await world.openTicket();
  await world.run();
  await world.store.resolveTicket(1, "by hand");
  await world.store.compactAudit({ cutoffMs: Date.now() + 1_000, afterId: 0 });
  const rows = await world.store.eventsOf({ types: ["audit_compacted"] });
  await using room = await openDeskRoom();
  const [all, one] = [join(folder, "all.html"), join(folder, "one.html")];
  const { lines } = await exported(room, world, { out: all });
  await exported(room, world, { out: one, ticket: "1" });
  const id = `id="row-${rows[0]?.id}"`;
  expect(rows).toHaveLength(1);
  expect(
    [readFileSync(all, "utf8"), readFileSync(one, "utf8")].map((page) => page.includes(id)),
  ).toEqual([true, false]);
  const count = (await world.store.eventsOf({ limit: 1_000 })).length;
  expect(lines).toEqual([`${all}: ${count} audit rows as html`]);
});
