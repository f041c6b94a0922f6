// operator guard explain: what it prints, what it could not know, and that it runs nothing.
import { expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runGuard } from "../../src/commands/guard.ts";
import { runMonitorCommand } from "../../src/commands/monitor.ts";
import { commandContext } from "../support/command-context.ts";
import { serveFakeTikv } from "../support/fake-tikv.ts";

interface Room extends Disposable {
  readonly folder: string;
  /** Writes a file and returns its path. */
  file(name: string, content: unknown): string;
  explain(...typed: readonly string[]): Promise<{ lines: readonly string[]; exitCode: number }>;
}

function openRoom(): Room {
  const folder = mkdtempSync(join(tmpdir(), "operator-guard-"));
  const file = (name: string, content: unknown) => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };
  return {
    folder,
    file,
    async explain(...typed) {
      const lines: string[] = [];
      const env = { OPERATOR_HOME: folder, PATH: process.env.PATH };
      const print = (line: string) => void lines.push(line.replace(/^(not known|\w+) +/, "$1: "));
      const context = commandContext({ typed: ["explain", ...typed], env, self: ["true"], print });
      return { exitCode: await runGuard(context), lines };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const STATE = {
  subject: "tikv",
  members: {
    ...{ pd1: "up", pd2: "up", pd3: "up" },
    ...{ tikv1: "down", tikv2: "up", tikv3: { state: "running" } },
  },
};

const NO_QUORUMS =
  "not known: what members hold, and how many copies there are: " +
  "a majority of each role is taken to do";
const NO_PLACE =
  "not known: where its members are: any port and name may be theirs, until it runs here";

test("a refusal is explained with its effects, rule and reason, and exit 3", async () => {
  using room = openRoom();
  const state = room.file("state.json", STATE);
  const { lines, exitCode } = await room.explain(
    ...["--state", state, "--", "operator subject stop tikv tikv2"],
  );
  expect(lines).toEqual([
    "asked: operator subject stop tikv tikv2",
    "effect: interrupt tikv2: operator subject stop tikv tikv2",
    "decision: deny (mode execute)",
    "rule: quorum",
    "reason: interrupting tikv2 would leave 1 of 3 members of role tikv up " +
      "(tikv1 missing already), and 2 are needed",
    "cluster: 5 of 6 members up; tikv1 down (state file)",
    "history: 0 steps on the ticket, 0 in the hour",
    "policy: none",
    NO_QUORUMS,
    NO_PLACE,
  ]);
  expect(exitCode).toBe(3);
});

test("a rule that nothing can meet is said", async () => {
  using room = openRoom();
  const state = room.file("state.json", STATE);
  const policy = room.file(
    "policy.yaml",
    "rules: [{ decision: deny, member: [tikvv2], subject: tikv }]",
  );
  const { lines } = await room.explain("--state", state, "--policy", policy, "--", "ls");
  expect(lines).toContain(`not known: a member tikvv2 of tikv: the policy's "rule 1" names it`);
});

test("--json has all of it, and nothing is run", async () => {
  using room = openRoom();
  const state = room.file("state.json", STATE);
  const mark = join(tmpdir(), `${room.folder.slice(-6)}-mark`);
  const { lines, exitCode } = await room.explain("--state", state, "--json", "--", `touch ${mark}`);
  expect(JSON.parse(lines.join())).toMatchObject({
    decision: "allow",
    rule: "mode execute",
    effects: [{ kind: "write", targets: [], source: expect.any(String) }],
    cluster: { source: "state file", in_repair: [] },
    not_known: [NO_QUORUMS, NO_PLACE].map((line) => line.slice("not known: ".length)),
  });
  expect(exitCode).toBe(0);
  expect(existsSync(mark)).toBe(false);
});

test("without sight what changes is refused, and what is not known is said", async () => {
  using room = openRoom();
  const stop = "operator subject restart tikv tikv2";
  const refused = await room.explain("--subject", "tikv", "--", stop);
  expect(refused.lines).toContain("rule: sight");
  expect(refused.lines.slice(-2)).toEqual([
    "not known: the state of tikv: it does not run here; give --state",
    NO_PLACE,
  ]);
  const start = "operator subject start tikv tikv2";
  expect((await room.explain("--subject", "tikv", "--", start)).exitCode).toBe(0);
});

test("an old state is no sight", async () => {
  using room = openRoom();
  const state = room.file("state.json", { ...STATE, at_ms: Date.now() - 60_000 });
  const { lines } = await room.explain("--state", state, "--", "pd-ctl scheduler remove x");
  expect(lines.join("\n")).toMatch(/the subject was last seen 60 s ago/);
});

test("what members hold is in the state, or is said not to be known", async () => {
  using room = openRoom();
  const subject = "ratelimiter";
  const restart = ["--action", "restart_member", "redis"];
  const silent = room.file("silent.json", { subject, members: { redis: "down" } });
  const one = await room.explain("--state", silent, ...restart);
  expect(one.lines).toEqual(expect.arrayContaining(["decision: allow (mode execute)", NO_QUORUMS]));
  const quorums = [{ name: "Redis", members: ["redis"], spare: 0, holding: ["redis"] }];
  const full = room.file("full.json", { subject, members: { redis: "down" }, quorums });
  const { lines } = await room.explain("--state", full, ...restart);
  expect(lines).toContain("rule: quorum");
  expect(lines).not.toContain(NO_QUORUMS);
});

test("what monitor --once --json printed is decided on as what is seen", async () => {
  using room = openRoom();
  await using cluster = serveFakeTikv();
  const rule = { group_id: "pd", id: "default", role: "voter", count: 1 };
  cluster.answerPd("/pd/api/v1/config/rules", JSON.stringify([rule]));
  const place = ["--subject", "tikv", "--pd", cluster.pd[0]?.url ?? ""];
  const printed: string[] = [];
  const print = (line: string) => void printed.push(line);
  const typed = [...place, "--once", "--json"];
  await runMonitorCommand(commandContext({ typed, env: {}, self: [], print }));
  const state = room.file("state.json", JSON.parse(printed.join()));
  const asked = [
    "--json",
    "--action",
    "restart_member",
    JSON.parse(printed.join()).members[3].name,
  ];
  const seen = await room.explain(...place, ...asked);
  const told = await room.explain(...place, "--state", state, ...asked);
  const [bySight, byFile] = [seen, told].map(({ lines }) => JSON.parse(lines.join()));
  expect(byFile.cluster.quorums).toEqual(bySight.cluster.quorums);
  expect([byFile.decision, byFile.rule, byFile.reason]).toEqual([
    ...[bySight.decision, "quorum", bySight.reason],
  ]);
});

test("the policy of the home, or the one that is named, decides, and is named", async () => {
  using room = openRoom();
  const state = room.file("state.json", STATE);
  const home = room.file("policy.yaml", "rules: [{ name: hands off, decision: deny }]");
  const start = ["--state", state, "--mode", "approve", "--action", "start_member", "tikv1"];
  expect((await room.explain(...start)).lines).toEqual(
    expect.arrayContaining(["rule: policy: hands off", `policy: ${home}`]),
  );
  const named = room.file("other.yaml", "rules: [{ decision: allow, action: start_member }]");
  const { lines } = await room.explain("--policy", named, ...start);
  expect(lines).toContain("decision: allow (mode approve)");
});

test("of two ways to read several words the stricter counts", async () => {
  using room = openRoom();
  const typed = ["--subject", "tikv", "--"];
  for (const words of [
    ["echo", "x", "|", "sh"],
    ["sh", "-c", "rm -rf /data"],
  ]) {
    expect((await room.explain(...typed, ...words)).exitCode).toBe(3);
  }
  expect((await room.explain(...typed, "grep", "a b", "/etc/hosts")).exitCode).toBe(0);
});

test("history: in the state uses up the blast radius", async () => {
  using room = openRoom();
  const history = { ticket: { steps: 5, interruptions: 5 } };
  const members = { ...STATE.members, tikv1: "up" };
  const state = room.file("state.json", { ...STATE, members, history });
  const stop = "operator subject stop tikv tikv2";
  const { lines } = await room.explain("--state", state, "--", stop);
  expect(lines).toContain("rule: blast radius");
});

test("an action is explained with its arguments, as a session would call it", async () => {
  using room = openRoom();
  const state = room.file("state.json", STATE);
  const rule = "rules: [{ decision: allow, action: add_scheduler, member: tikv2 }]";
  const policy = room.file("policy.yaml", rule);
  const typed = ["--state", state, "--policy", policy, "--mode", "approve"];
  const added = ["--action", "add_scheduler", "evict-leader-scheduler"];
  const decisionOn = async (store: string) => {
    const { lines } = await room.explain(...typed, ...added, `store=${store}`);
    return [lines[0], lines.find((line) => line.startsWith("decision: "))];
  };
  expect(await decisionOn("tikv2")).toEqual([
    "asked: add_scheduler evict-leader-scheduler store=tikv2",
    "decision: allow (mode approve)",
  ]);
  expect((await decisionOn("tikv3"))[1]).toBe("decision: ask (mode approve)");
  for (const [words, says] of [
    [["stores=tikv2"], 'has no argument "stores": one of store'],
    [["store="], "the argument store names nothing"],
    [["tikv2"], "its arguments as NAME=VALUE"],
    [["store=tikv2", "store=tikv3"], "its arguments as NAME=VALUE"],
  ] as const) {
    await expect(room.explain(...typed, ...added, ...words)).rejects.toThrow(says);
  }
});

const WRONG = [
  { typed: ["--subject", "tikv"], says: "explain which command?" },
  { typed: ["--", "ls"], says: "guard explain needs --subject" },
  { typed: ["--subject", "mars", "--", "ls"], says: 'unknown subject "mars"' },
  { typed: ["--subject", "tikv", "--state", "/nope", "--", "ls"], says: "reading the state /nope" },
  {
    typed: ["--subject", "tikv", "--policy", "/nope", "--", "ls"],
    says: "the policy /nope: ENOENT",
  },
  { typed: ["--subject", "tikv", "--action", "explode", "x"], says: 'unknown action "explode"' },
];

for (const { typed, says } of WRONG) {
  test(`${typed.join(" ")} is refused: ${says}`, async () => {
    using room = openRoom();
    await expect(room.explain(...typed)).rejects.toThrow(says);
  });
}

test("a state that is none is refused with its place", async () => {
  using room = openRoom();
  for (const [content, says] of [
    ["{", "JSON"],
    [{ members: [{ name: "tikv1" }] }, "members.0: needs a health"],
    [{ members: { tikv1: "sleepy" } }, "members"],
    [{ quorums: [{ members: [], spare: -1 }] }, "quorums.0.spare"],
  ] as const) {
    const state = room.file("state.json", content);
    const asked = room.explain("--subject", "tikv", "--state", state, "--", "ls");
    await expect(asked).rejects.toThrow(says);
  }
});
