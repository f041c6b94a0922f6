// Who runs a process: user, host and the terminal that controls it.
import { expect, test } from "bun:test";
import { hostname } from "node:os";
import { personWords } from "../../src/domain/person.ts";
import { readPerson, terminalOfStat } from "../../src/infra/person.ts";
import { eventually } from "../support/eventually.ts";
import { ANNA, ANNAS_WORDS } from "../support/person.ts";

const MODULE = JSON.stringify(`${import.meta.dir}/../../src/infra/person.ts`);
const CODE = `
  const { readPerson } = await import(${MODULE});
  console.log(JSON.stringify(readPerson({ via: "panel", env: {} })) + "<");
`;

test("user and host are the system's words, and no variables'", async () => {
  const env = { USER: "nobody", LOGNAME: "nobody", SUDO_USER: "eve", HOSTNAME: "elsewhere" };
  const child = Bun.spawn([process.execPath, "-e", CODE], { env: { ...process.env, ...env } });
  const [said = ""] = (await new Response(child.stdout).text()).split("<");
  const uid = process.getuid?.();
  const user = Bun.spawnSync(["id", "-un"]).stdout.toString().trim();
  expect(JSON.parse(said)).toMatchObject({ user, uid, host: hostname(), via: "panel" });
});

test("root alone is believed about whom it stands for", () => {
  const { sudoUser } = readPerson({ via: "command", env: { SUDO_USER: "eve" } });
  expect(sudoUser).toBe(process.getuid?.() === 0 ? "eve" : null);
});

test("the terminal is the one that controls the process, wherever its streams go", async () => {
  const said: string[] = [];
  const argv = ["sh", "-c", 'exec "$0" -e "$1" < /dev/null', process.execPath, CODE];
  const child = Bun.spawn(argv, {
    terminal: {
      cols: 500,
      rows: 24,
      data: (_, bytes) => void said.push(Buffer.from(bytes).toString()),
    },
  });
  await child.exited;
  await eventually(() => said.join("").includes("<"), "its word");
  const tty = process.platform === "linux" ? /"tty":"pts\/\d+"/ : /"tty":"ttys\d+"/;
  expect(said.join("")).toMatch(tty);
}, 20_000);

test("without a terminal there is none", async () => {
  const child = Bun.spawn(["setsid", "--wait", process.execPath, "-e", CODE], { stdin: "ignore" });
  expect(await new Response(child.stdout).text()).toContain('"tty":null');
}, 20_000);

test.each([
  ["7 (cat) R 1 7 7 34819 7 4194304", "pts/3"],
  ["7 (a) b) S 1 7 7 0 -1 4194304", null],
  ["7 (sh) S 1 7 7 1025 7 0", "tty1"],
  ["7 (sh) S 1 7 7 1088 7 0", "ttyS0"],
  ["7 (sh) S 1 7 7 48130 7 0", "tty 188:2"],
  ["nonsense", null],
] as const)("of %j the terminal is %j", (stat, tty) => {
  expect(terminalOfStat(stat)).toBe(tty);
});

test("a person is told in one line", () => {
  expect(personWords(ANNA)).toBe(ANNAS_WORDS);
  const root = {
    ...ANNA,
    user: "root",
    uid: 0,
    sudoUser: "anna",
    tty: null,
    via: "panel",
  } as const;
  expect(personWords(root)).toBe(
    "root (uid 0, sudo of anna) at laptop, without a terminal, in a panel",
  );
  expect(personWords({ ...ANNA, user: null, uid: null })).toStartWith("somebody without a name at");
});
