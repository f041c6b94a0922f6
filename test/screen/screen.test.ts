import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../support/eventually.ts";
import { notedSettings, openPty, type Pty, withSettingsNoted } from "../support/pty.ts";
import { ORDINARY_MODES, TAKEN_MODES } from "../support/terminal-screen.ts";
import { toyScreen } from "../support/toy-screen.ts";

interface Toy extends AsyncDisposable {
  readonly dir: string;
  readonly pty: Pty;
  readonly pid: number;
  note(name: string): Promise<string>;
}

test("a frame fills the screen to its last row and column, on an alternate screen", async () => {
  await using toy = await openToy();
  const rows = await toy.pty.settled();
  expect(rows[0]).toBe(`+${"-".repeat(78)}+`);
  expect(rows[1]).toBe(`|${"size 80x24".padEnd(78)}|`);
  expect(rows[23]).toBe(`+${"-".repeat(78)}+`);
  expect(toy.pty.modes).toEqual(TAKEN_MODES);
});

test("a resize is followed, larger and smaller, and nothing of the old size is left", async () => {
  await using toy = await openToy();
  for (const [columns, rows] of [
    [120, 40],
    [40, 10],
    [80, 24],
  ] as const) {
    toy.pty.resize(columns, rows);
    const edge = `+${"-".repeat(columns - 2)}+`;
    await toy.pty.untilScreen(
      (text, lines) => text.includes(`size ${columns}x${rows}`) && lines[rows - 1] === edge,
      `the frame in ${columns}x${rows}`,
    );
    const empty = `|${" ".repeat(columns - 2)}|`;
    expect(toy.pty.screen().slice(4, -1)).toEqual(Array(rows - 5).fill(empty));
  }
});

test("keys arrive whole, also when a sequence comes byte by byte", async () => {
  await using toy = await openToy();
  for (const byte of Buffer.from("\x1b[Cb\x1bOA\x1b[6~é \t")) {
    toy.pty.type(Uint8Array.of(byte));
    await Bun.sleep(2);
  }
  await toy.pty.untilScreen(
    (text) => text.includes("keys right b up pagedown é space tab"),
    "the keys, whole",
  );
});

test("an ESC alone is a key, and a paste is none", async () => {
  await using toy = await openToy();
  toy.pty.type("\x1b[200~quit\r\x1b[201~");
  toy.pty.type("\x1b");
  await toy.pty.untilScreen((text) => text.includes("keys escape"), "the escape");
  toy.pty.type("d");
  await toy.pty.untilScreen((text) => text.includes("keys escape d"), "a key after it");
});

test("Ctrl-L draws everything anew", async () => {
  await using toy = await openToy();
  const before = toy.pty.bytes;
  toy.pty.type("\x0c");
  await eventually(() => toy.pty.bytes > before + 24 * 80, "a whole frame");
  expect(toy.pty.written().endsWith("\x1b[?2026l")).toBe(true);
});

for (const { how, by, code, says } of [
  { how: "q", by: (toy: Toy) => toy.pty.type("q"), code: 0, says: "left by q" },
  { how: "Ctrl-C", by: (toy: Toy) => toy.pty.type("\x03"), code: 130, says: "left by ctrl-c" },
  { how: "SIGTERM", by: signal("SIGTERM"), code: 130, says: "left by SIGTERM" },
  { how: "SIGINT", by: signal("SIGINT"), code: 130, says: "left by SIGINT" },
  { how: "SIGHUP", by: signal("SIGHUP"), code: 130, says: "left by SIGHUP" },
  { how: "an error", by: (toy: Toy) => toy.pty.type("e"), code: 1, says: "thrown by the toy" },
  { how: "a rejection", by: (toy: Toy) => toy.pty.type("r"), code: 1, says: "rejected by the toy" },
  { how: "exit in the middle", by: (toy: Toy) => toy.pty.type("x"), code: 7, says: "" },
]) {
  test(`after ${how} the terminal is as it was, and what was said last is read`, async () => {
    await using toy = await openToy();
    by(toy);
    expect(await toy.pty.exited).toBe(code);
    await toy.pty.settled();
    expect(toy.pty.modes).toEqual(ORDINARY_MODES);
    const [before, after] = await notedSettings(toy.dir);
    expect(after).toBe(before);
    expect(toy.pty.scrollback().join("\n")).toContain(says);
    expect(toy.pty.scrollback().join("\n")).not.toContain("size 80x24");
  });
}

test("the lines at the end stand where a shell goes on, each once", async () => {
  await using toy = await openToy();
  toy.pty.type("q");
  await toy.pty.exited;
  const rows = (await toy.pty.settled()).filter((row) => row !== "");
  expect(rows).toEqual(["left by q", "see you"]);
});

test("100,000 draws make 15 frames a second at most, and the newest one is shown", async () => {
  await using toy = await openToy();
  toy.pty.type("f");
  await toy.pty.untilScreen((text) => text.includes("draw 99999"), "the last draw");
  const { frames, seconds } = JSON.parse(await toy.note("flood"));
  expect(frames).toBeGreaterThan(2);
  expect(frames).toBeLessThanOrEqual(15 * seconds);
});

test("an unchanged screen writes nothing, however often it is drawn", async () => {
  await using toy = await openToy();
  toy.pty.type("i");
  await toy.pty.untilScreen((text) => text.includes("keys i"), "the key");
  const before = toy.pty.bytes;
  const drawn = Number(await toy.note("draws"));
  await eventually(async () => Number(await toy.note("draws")) > drawn + 50, "50 more draws");
  expect(toy.pty.bytes).toBe(before);
});

test("a terminal that is closed is reported once, and the program ends quietly", async () => {
  await using toy = await openToy((command) => command);
  toy.pty.type("hf");
  await toy.pty.untilScreen((text) => text.includes("draw"), "a screen that changes");
  toy.pty.close();
  expect(await toy.pty.exited).toBe(130);
  expect(await toy.note("lost")).toBe(".");
});

test("a terminal that takes nothing holds up neither the program nor its end", async () => {
  await using home = await createHome();
  const command = [process.execPath, join(import.meta.dir, "stalled-terminal.ts"), home.dir];
  const child = Bun.spawn(command, { stderr: "pipe" });
  expect(await child.stderr.text()).toBe("");
  expect(await child.exited).toBe(0);
});

test("Ctrl-Z gives the terminal to the shell, and fg takes it as large as it is", async () => {
  await using home = await createHome();
  await using shell = openPty({ command: ["sh", "-i"], env: { PS1: "shell> " } });
  shell.type(`${[...toyScreen, home.dir].join(" ")}\n`);
  await shell.untilScreen((text) => text.includes("size 80x24"), "the first frame");
  shell.type("\x1a");
  await shell.untilScreen((text) => /Stopped[\s\S]*shell>/.test(text), "the shell's prompt");
  expect(shell.modes).toEqual(ORDINARY_MODES);
  shell.resize(100, 30);
  shell.type("fg\n");
  await shell.untilScreen((text) => text.includes("size 100x30"), "the screen, in its new size");
  expect(shell.modes).toEqual(TAKEN_MODES);
  shell.type("b");
  await shell.untilScreen((text) => text.includes("keys b"), "a key");
  shell.type("q");
  await shell.untilScreen((text) => /see you[\s\S]*shell>/.test(text), "the end");
  expect(shell.modes).toEqual(ORDINARY_MODES);
});

test("where nothing can stop the program, Ctrl-Z only draws it anew", async () => {
  await using toy = await openToy((command) => command);
  toy.pty.type("\x1a");
  await eventually(() => toy.pty.written().split("\x1b[?1049h").length === 3, "taken again");
  toy.pty.type("b");
  await toy.pty.untilScreen((text) => text.includes("keys b"), "a key");
  expect(toy.pty.modes).toEqual(TAKEN_MODES);
});

test("stopped from outside and continued, the program takes the terminal again", async () => {
  await using toy = await openToy((command) => command);
  process.kill(toy.pid, "SIGSTOP");
  process.kill(toy.pid, "SIGCONT");
  await eventually(() => toy.pty.written().split("\x1b[?1049h").length === 3, "taken again");
  await toy.pty.untilScreen((text) => text.includes("size 80x24"), "the screen");
});

test("after SIGKILL of the program nobody can give the terminal back", async () => {
  await using toy = await openToy();
  process.kill(toy.pid, "SIGKILL");
  expect(await toy.pty.exited).toBe(137);
  await toy.pty.settled();
  expect(toy.pty.modes).toEqual(TAKEN_MODES);
});

async function openToy(around = withSettingsNoted): Promise<Toy> {
  const home = await createHome();
  const { dir } = home;
  const pty = openPty({ command: around([...toyScreen, dir], dir) });
  const note = async (name: string) => {
    const file = join(dir, name);
    await eventually(() => existsSync(file), `${name} is noted`);
    return readFile(file, "utf8");
  };
  await pty.untilScreen((text) => text.includes("size 80x24"), "the first frame");
  return {
    dir,
    pty,
    pid: Number(await note("pid")),
    note,
    async [Symbol.asyncDispose]() {
      await pty[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

async function createHome() {
  const dir = await mkdtemp(join(tmpdir(), "operator-screen-"));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

function signal(name: NodeJS.Signals): (toy: Toy) => void {
  return ({ pid }) => process.kill(pid, name);
}
