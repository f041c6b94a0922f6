// What doctor and an agent say of the sandbox and the bounds of commands.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAgentCommand } from "../../src/commands/agent.ts";
import { runDoctor } from "../../src/commands/doctor.ts";
import { BWRAP_TROUBLE, inSandbox } from "../support/bwrap.ts";
import { commandContext } from "../support/command-context.ts";

const OPERATOR = [process.execPath, join(import.meta.dir, "../../src/main.ts")];

interface Place extends Disposable {
  readonly lines: readonly string[];
  readonly errors: readonly string[];
  /** A PATH without bwrap, or with one that may not do its work, or not all of it. */
  context(
    typed: readonly string[],
    sandbox?: "absent" | "broken" | "without_networks",
  ): ReturnType<typeof commandContext>;
}

function openPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "operator-doctor-"));
  const lines: string[] = [];
  const errors: string[] = [];
  return {
    ...{ lines, errors },
    context: (typed, sandbox = "absent") => {
      const broken = "#!/bin/sh\necho 'bwrap: No permissions' >&2; exit 1\n";
      const exec = `exec ${Bun.which("bwrap")} "$@"`;
      const refusing = `#!/bin/sh\ncase "$*" in *CAP_NET_ADMIN*) exit 1;; esac; ${exec}\n`;
      const script = sandbox === "broken" ? broken : refusing;
      if (sandbox !== "absent") writeFileSync(join(folder, "bwrap"), script, { mode: 0o755 });
      return commandContext({
        typed,
        env: { PATH: folder, OPERATOR_HOME: join(folder, "home"), ANTHROPIC_API_KEY: "sk-ant-1" },
        self: ["operator"],
        print: (line) => lines.push(line),
        printError: (line) => errors.push(line),
      });
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const ALONE =
  "commands have bounds, see what this user sees, and write no files; " +
  "that a look changes nothing is for the guard alone";

test("doctor reads the bounds in force, each with its value and who keeps it", async () => {
  using place = openPlace();
  await runDoctor(place.context(["--json"]));
  const findings: { name: string }[] = JSON.parse(place.lines.join());
  expect(findings.find(({ name }) => name === "bounds")).toMatchObject({
    state: "here",
    detail:
      "time 60 s, output 16 KiB, processes 256, cpu 30 s, memory 1 GiB, file size 64 MiB, " +
      "open files 256, no core dump; commands that change the subject have the first five alone",
    bounds: [
      { name: "time", max: 60_000, unit: "ms", kept_by: ["operator"] },
      { name: "output", max: 16_384, unit: "bytes", kept_by: ["operator"] },
      { name: "processes", max: 256, unit: "" },
      { name: "cpu", max: 30, unit: "s", kept_by: ["kernel", "operator"] },
      { name: "memory", max: 2 ** 30, unit: "bytes", kept_by: ["kernel", "operator"] },
      { name: "file_size", max: 2 ** 26, unit: "bytes", kept_by: ["kernel"] },
      { name: "open_files", max: 256, unit: "", kept_by: ["kernel"] },
      { name: "core_dump", max: 0, unit: "bytes", kept_by: ["kernel"] },
    ],
  });
});

test("doctor says why there is no sandbox, and what that costs", async () => {
  using place = openPlace();
  await runDoctor(place.context([]));
  await runDoctor(place.context([], "broken"));
  await runDoctor(place.context(["--sandbox", "off"]));
  const said = place.lines.filter((line) => line.includes("  sandbox  "));
  expect(said.map((line) => line.replace(/\/\S+\/bwrap/, "bwrap"))).toEqual([
    `missing  sandbox       no bwrap on PATH: ${ALONE}`,
    `missing  sandbox       bwrap does not work here (bwrap: No permissions): ${ALONE}`,
    `missing  sandbox       switched off: ${ALONE}`,
  ]);
});

test.skipIf(BWRAP_TROUBLE !== undefined)(
  inSandbox("doctor says which network a sandbox has"),
  async () => {
    using place = openPlace();
    const { context } = place;
    const said = async (scheme: string, sandbox: "absent" | "without_networks") => {
      const asked = context(["--json"], sandbox);
      const PATH = `${asked.env.PATH}:${process.env.PATH}`;
      const env = { ...asked.env, PATH, PD_ENDPOINT: `${scheme}://203.0.113.1:2379` };
      await runDoctor({ ...asked, self: OPERATOR, env });
      return /reaches (.*), and signals/.exec(place.lines.at(-1) ?? "")?.[1];
    };
    expect([await said("http", "absent"), await said("https", "absent")]).toEqual([
      "the subject's addresses alone and only to read",
      "the subject's addresses alone and only to read (what is said in TLS cannot be judged)",
    ]);
    expect(await said("http", "without_networks")).toBe(
      "this machine's network (endpoints are on other machines, and ip is no help)",
    );
  },
);

test("a sandbox that is required and not there is broken for doctor", async () => {
  using place = openPlace();
  expect(await runDoctor(place.context(["--sandbox", "require"]))).toBe(3);
});

test("an agent says once that there is no sandbox, and works", async () => {
  using place = openPlace();
  const code = await runAgentCommand(place.context(["--once", "--model", "runbook"]));
  expect([code, place.errors]).toEqual([0, [`[Sandbox] no bwrap on PATH: ${ALONE}`]]);
});

test("an agent that requires a sandbox does not start without one", () => {
  using place = openPlace();
  const running = runAgentCommand(
    place.context(["--once", "--sandbox", "require", "--model", "runbook"], "broken"),
  );
  return expect(running).rejects.toMatchObject({
    code: "runtime",
    message: expect.stringMatching(/^a sandbox is required: .*bwrap does not work here/),
  });
});
