import { expect, test } from "bun:test";
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runSubject } from "../../src/commands/subject.ts";
import { memberPaths, subjectPaths } from "../../src/runtimes/local/layout.ts";
import { commandContext } from "../support/command-context.ts";
import { createToyHome, type ToyHome } from "../support/toy-home.ts";
import { toyOperator } from "../support/toy-operator.ts";
import { loadToy, TOY_TROUBLES } from "../support/toy-subject.ts";

/** `operator subject <typed>` in this process, with what it printed. */
async function subject({ dir }: Pick<ToyHome, "dir">, typed: string, isTerminal = false) {
  const lines: string[] = [];
  const context = commandContext({
    typed: typed.split(" ").filter((word) => word !== ""),
    env: { OPERATOR_HOME: dir },
    self: toyOperator,
    print: (line) => lines.push(line),
  });
  const exitCode = await runSubject({ ...context, isTerminal }, loadToy);
  return { exitCode, lines };
}

test("up says what is up and how to go on, status says it again", async () => {
  await using home = await createToyHome();
  const up = await subject(home, "up toy --time-scale 10");
  expect(up.exitCode).toBe(0);
  expect(up.lines).toContain("toy: 2 of 2 members running, timers divided by 10");
  expect(up.lines.at(-1)).toBe("end:     operator subject down toy");
  const { exitCode, lines } = await subject(home, "status toy");
  expect(exitCode).toBe(0);
  expect(lines[1]).toMatch(/^MEMBER +ROLE +STATE +PID +PORTS +PROGRAM$/);
  expect(lines[2]).toMatch(/^one +node +running +\d+ +http \d+, spare \d+ +stand-in$/);
});

test("status exits 3 when a member does not run, and says how it ended", async () => {
  await using home = await createToyHome();
  await home.up();
  expect((await subject(home, "kill toy two")).lines).toEqual(["two is stopped (SIGKILL)"]);
  const { exitCode, lines } = await subject(home, "status toy");
  expect(exitCode).toBe(3);
  expect(lines[0]).toBe("toy: 1 of 2 members running");
  expect(lines[3]).toMatch(/^two +node +stopped \(SIGKILL\) +- /);
});

test("--json is one object for a program", async () => {
  await using home = await createToyHome();
  await home.up();
  const { pid, startedAtMs } = (await (await home.runtime()).members())[0] ?? {};
  const { lines } = await subject(home, "status toy --json");
  const status = JSON.parse(lines.join("\n"));
  expect(status).toMatchObject({ subject: "toy", is_up: true, time_scale: 1 });
  expect(status.members[0]).toEqual({
    name: "one",
    role: "node",
    state: "running",
    is_stand_in: true,
    ports: (await home.plan("one")).ports,
    pid,
    started_at_ms: startedAtMs,
    last_exit: null,
  });
  const paused = JSON.parse((await subject(home, "pause toy one --json")).lines.join("\n"));
  expect(paused).toEqual({ ...status.members[0], state: "paused" });
});

test("a subject that is not up is a no for status, and an error for its members", async () => {
  await using home = await createToyHome();
  expect(await subject(home, "status toy")).toEqual({ exitCode: 3, lines: ["toy is not up"] });
  expect(await subject(home, "down toy")).toEqual({ exitCode: 0, lines: ["toy is not up"] });
  const { lines } = await subject(home, "status toy --json");
  const nothing = { subject: "toy", is_up: false, time_scale: null, members: [] };
  expect(JSON.parse(lines.join("\n"))).toEqual(nothing);
  for (const verb of ["start", "logs", "kill"]) {
    await expect(subject(home, `${verb} toy one`)).rejects.toMatchObject({
      code: "runtime",
      message: "toy is not up",
      hint: "operator subject up toy",
    });
  }
});

test("up on a subject that is up says so, and keeps its time scale", async () => {
  await using home = await createToyHome();
  await subject(home, "up toy --time-scale 10");
  const again = await subject(home, "up toy --time-scale 2");
  expect(again.exitCode).toBe(0);
  expect(again.lines[0]).toBe(
    "toy is up already; its timers stay divided by 10 until it is taken down",
  );
});

test("down --keep-data keeps ports and data for the next up; down removes them", async () => {
  await using home = await createToyHome();
  const before = await home.up();
  const kept = join(home.files("one").data, "kept");
  await writeFile(kept, "data");
  expect((await subject(home, "down toy --keep-data")).lines).toEqual([
    "toy is down; its data is kept",
  ]);
  expect((await subject(home, "up toy")).lines[0]).toBe("toy keeps its data and ports");
  expect([await Bun.file(kept).text(), await home.up()]).toEqual(["data", before]);
  expect((await subject(home, "down toy")).lines).toEqual(["toy is down"]);
  expect(await Bun.file(kept).exists()).toBe(false);
});

test("logs shows the last lines of one member, or of all behind their names", async () => {
  await using home = await createToyHome();
  await home.up();
  await subject(home, "stop toy one");
  const one = await subject(home, "logs toy one --lines 1");
  expect(one.lines).toEqual([expect.stringMatching(/^\d{4}-.*Z one ends$/)]);
  const all = await subject(home, "logs toy --lines 1");
  expect(all.lines.map((line) => line.slice(0, 6))).toEqual(["one | ", "two | "]);
  const json = await subject(home, "logs toy one --json");
  expect(JSON.parse(json.lines[0] ?? "").lines.length).toBe(2);
});

test("a log is shown to a terminal, and given to a pipe as it is", async () => {
  await using home = await createToyHome();
  await home.up();
  await subject(home, "stop toy one");
  await appendFile(memberPaths(subjectPaths(home.dir, "toy"), "one").log, "\u001b[2Jowned\n");
  const logs = "logs toy one --lines 1";
  expect((await subject(home, logs)).lines).toEqual(["\u001b[2Jowned"]);
  expect((await subject(home, logs, true)).lines).toEqual(["␛[2Jowned"]);
});

test("what is typed wrong is one line with what is right", async () => {
  await using home = await createToyHome();
  const verbs = "up, down, status, logs, start, stop, restart, kill, pause, resume";
  const refusals: Readonly<Record<string, string>> = {
    "": `subject needs a verb: one of ${verbs}`,
    "explode toy": `unknown verb "explode": one of ${verbs}`,
    status: "subject status needs a subject",
    "kill toy one two": "subject kill: one member at a time",
  };
  for (const [typed, message] of Object.entries(refusals)) {
    await expect(subject(home, typed)).rejects.toMatchObject({ code: "usage", message });
  }
  await expect(subject(home, "up toy --time-scale 0")).rejects.toThrow("from 1 to 1000");
});

test("a member is asked for where one is meant, and refused where the whole is", async () => {
  await using home = await createToyHome();
  await home.up();
  await expect(subject(home, "kill toy")).rejects.toMatchObject({
    code: "usage",
    message: "subject kill toy needs a member: one of one, two",
  });
  await expect(subject(home, "kill toy three")).rejects.toMatchObject({ code: "not_found" });
  await expect(subject(home, "down toy one")).rejects.toMatchObject({ code: "usage" });
  expect((await subject(home, "status toy")).exitCode).toBe(0);
});

test("up that fails keeps what came up, and down ends it", async () => {
  await using home = await createToyHome();
  await home.up({ two: TOY_TROUBLES.exitsAtStart }).catch(() => undefined);
  await expect(subject(home, "up toy")).rejects.toThrow("starting two of toy");
  expect((await subject(home, "status toy")).lines[0]).toBe("toy: 1 of 2 members running");
  expect((await subject(home, "down toy")).exitCode).toBe(0);
  expect((await subject(home, "status toy")).lines).toEqual(["toy is not up"]);
});

test("a home that cannot be one is a plain error", async () => {
  await using home = await createToyHome();
  const file = join(home.dir, "file");
  await writeFile(file, "");
  await expect(subject({ dir: file }, "up toy")).rejects.toMatchObject({ code: "runtime" });
  expect((await subject({ dir: file }, "status toy")).exitCode).toBe(3);
});

test("the workload runs against what is up, with what was asked", async () => {
  await using home = await createToyHome();
  await home.up();
  const typed = ["workload", "toy", "--ledger", "l", "--ops", "5", "--keys", "9"];
  const child = Bun.spawn([...toyOperator, ...typed, "--duration", "10ms"], {
    env: { ...process.env, OPERATOR_HOME: home.dir },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [first = ""] = (await child.stdout.text()).split("\n");
  const asked = { ledgerFile: "l", opsPerSecond: 5, keys: 9, durationMs: 10 };
  expect([await child.exited, JSON.parse(first)]).toEqual([
    0,
    { type: "load", members: 2, ...asked },
  ]);
});
