// `operator fault`, on real members: on file before it strikes, healed whatever became of the one
// who struck.
import { expect, test } from "bun:test";
import { appendFile } from "node:fs/promises";
import { type FaultLedger, intendFault, noteFault, readLedger } from "../../src/faults/ledger.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { subjectPaths } from "../../src/runtimes/local/layout.ts";
import { eventually } from "../support/eventually.ts";
import { createToyHome, type ToyHome } from "../support/toy-home.ts";

const PLAN = { fault: "toy_kill", targets: ["one"], details: { deep: { list: [1, "two"] } } };

function ledgerOf(home: ToyHome): FaultLedger {
  return { path: subjectPaths(home.dir, "toy").faults, clock: systemClock };
}

async function run(home: ToyHome, words: readonly string[]) {
  const child = home.spawn(["fault", ...words]);
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { exitCode: await child.exited, out, err };
}

async function statesOf(home: ToyHome) {
  return (await (await home.runtime()).members()).map(({ state }) => state);
}

test("a fault strikes what its plan names, and healing it takes just that back", async () => {
  await using home = await createToyHome();
  await home.up();
  const injected = await run(home, ["inject", "toy", "toy_kill", "--seed", "1", "--json"]);
  expect(injected).toMatchObject({ exitCode: 0, err: "" });
  const { id, targets } = JSON.parse(injected.out);
  expect((await statesOf(home)).filter((state) => state === "stopped")).toHaveLength(1);
  const [status] = (await (await home.runtime()).members()).filter(
    ({ state }) => state === "stopped",
  );
  expect(targets).toEqual([status?.name]);
  expect(await readLedger(ledgerOf(home))).toMatchObject([{ id, state: "injected" }]);
  expect(await run(home, ["heal", "toy", String(id)])).toMatchObject({ exitCode: 0 });
  expect(await statesOf(home)).toEqual(["running", "running"]);
  expect(await run(home, ["heal", "toy", String(id)])).toMatchObject({ exitCode: 0 });
  const listed = await run(home, ["list", "toy"]);
  expect(listed.out).toMatch(/toy_pause +- +pause one member/);
  expect(listed.out).toMatch(new RegExp(`#${id} +healed .*toy_kill of ${status?.name}`));
});

test("a fault whose injector was killed is found, and healed by recover", async () => {
  await using home = await createToyHome();
  await home.up();
  const injector = home.spawn(["fault", "inject", "toy", "toy_hang"]);
  await eventually(async () => (await statesOf(home)).includes("paused"), "a member is paused");
  injector.kill("SIGKILL");
  await injector.exited;
  expect(await readLedger(ledgerOf(home))).toMatchObject([{ state: "intended" }]);
  await run(home, ["inject", "toy", "toy_kill"]);
  const recovered = await run(home, ["recover", "toy", "--json"]);
  expect(JSON.parse(recovered.out)).toEqual({ healed: [2, 1], left: [], failed: [] });
  expect(await statesOf(home)).toEqual(["running", "running"]);
  expect(await run(home, ["recover", "toy"])).toMatchObject({ out: "no fault is in force\n" });
});

test("what somebody has set since is left, and healing says so", async () => {
  await using home = await createToyHome();
  await home.up();
  const injected = await run(home, ["inject", "toy", "toy_kill", "--json"]);
  const [name] = JSON.parse(injected.out).targets;
  const runtime = await home.runtime();
  await runtime.operate(name, "start");
  await runtime.operate(name, "pause");
  const said = `fault #1 healed: toy_kill of ${name}\n  left as somebody has set it since: `;
  const healed = { exitCode: 0, out: `${said}${name} is paused\n` };
  expect(await run(home, ["heal", "toy", "1"])).toMatchObject(healed);
  const json = await run(home, ["heal", "toy", "1", "--json"]);
  expect(JSON.parse(json.out)).toMatchObject({ id: 1, left: [`${name} is paused`] });
  await intendFault(ledgerOf(home), { ...PLAN, targets: [name] });
  const recovered = await run(home, ["recover", "toy", "--json"]);
  const left = [{ id: 2, what: `${name} is paused` }];
  expect(JSON.parse(recovered.out)).toEqual({ healed: [2], left, failed: [] });
});

test("what cannot be healed is named, stops no other, and stays in force", async () => {
  await using home = await createToyHome();
  await home.up();
  const ledger = ledgerOf(home);
  await intendFault(ledger, { ...PLAN, targets: ["one"] });
  await intendFault(ledger, { ...PLAN, targets: ["nobody"] });
  const recovered = await run(home, ["recover", "toy"]);
  expect(recovered.exitCode).toBe(1);
  expect(recovered.out).toMatch(
    /fault #2 is NOT healed \(toy_kill of nobody\): no member "nobody"/,
  );
  expect(recovered.out).toContain("fault #1 healed");
  expect((await readLedger(ledger)).map(({ state }) => state)).toEqual(["healed", "intended"]);
});

test("the ledger goes with its subject", async () => {
  await using home = await createToyHome();
  await home.up();
  await run(home, ["inject", "toy", "toy_pause"]);
  expect(await home.spawnSubject(["down", "toy"]).exited).toBe(0);
  await home.up();
  expect(await readLedger(ledgerOf(home))).toEqual([]);
});

test("injectors at the same time get numbers of their own", async () => {
  await using home = await createToyHome();
  const ledger = ledgerOf(home);
  const ids = await Promise.all(Array.from({ length: 8 }, () => intendFault(ledger, PLAN)));
  expect(ids.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect((await readLedger(ledger))[0]?.plan).toEqual(PLAN);
});

test("half a line of a crash makes room for the next; a damaged one is named", async () => {
  await using home = await createToyHome();
  const ledger = ledgerOf(home);
  const id = await intendFault(ledger, PLAN);
  await appendFile(ledger.path, '{"step":"inj');
  expect(await readLedger(ledger)).toMatchObject([{ id, state: "intended" }]);
  await noteFault(ledger, { id, step: "injected" });
  expect(await readLedger(ledger)).toMatchObject([{ id, state: "injected" }]);
  await appendFile(ledger.path, "no JSON\n");
  await expect(readLedger(ledger)).rejects.toThrow(/faults\.jsonl:3: not what operator wrote/);
});

test.each([
  [["break", "toy"], 'unknown verb of fault "break": one of list, inject, heal, recover'],
  [["inject", "toy", "meteor"], 'unknown fault "meteor": one of toy_kill, toy_pause, toy_hang'],
  [["heal", "toy", "7"], "no fault #7 in the ledger of toy"],
  [["heal", "toy"], "which fault? it must be a number such as 1"],
  [["list", "toy", "one"], 'surplus word "one"'],
])("%p is refused with what is valid", async (words, message) => {
  await using home = await createToyHome();
  await home.up();
  const { exitCode, err } = await run(home, words);
  expect(err).toContain(message);
  expect(exitCode).toBe(2);
});
