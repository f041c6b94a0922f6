// `operator agent` itself: its flags, an empty home, the shell that it gives its commands.
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { runAgentCommand } from "../../src/commands/agent.ts";
import {
  endpointsWithPassword,
  openAgentShell,
  secretsFor,
  shellKnowledge,
} from "../../src/commands/agent-shell.ts";
import type { CommandContext } from "../../src/commands/context.ts";
import { secretsOf } from "../../src/commands/known-secrets.ts";
import { commandContext } from "../support/command-context.ts";

interface Place extends Disposable {
  readonly home: string;
  readonly lines: readonly string[];
  context(typed: readonly string[], env?: CommandContext["env"]): CommandContext;
}

function openPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "operator-agent-"));
  const home = join(folder, "a 'home'");
  const lines: string[] = [];
  return {
    home,
    lines,
    context: (typed, env = {}) =>
      commandContext({
        typed,
        env: { PATH: process.env.PATH, OPERATOR_HOME: home, ...env },
        self: ["echo", "it's", "me"],
        print: (line) => lines.push(line),
      }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

test("an empty home is an ordinary start: --once ends when there is nothing to do", async () => {
  using place = openPlace();
  const code = await runAgentCommand(place.context(["--once", "--model", "runbook"]));
  expect(code).toBe(0);
  expect(place.lines).toEqual(["Agent loop starting"]);
  expect(existsSync(join(place.home, "tickets.db"))).toBe(true);
});

const WRONG = [
  { typed: ["--mode", "yolo"], env: {}, says: "one of observe, approve, execute" },
  { typed: [], env: { OPERATOR_SAFETY_MODE: "off" }, says: 'unknown OPERATOR_SAFETY_MODE "off"' },
  { typed: ["--on-shutdown", "panic"], env: {}, says: "one of escalate, release" },
  { typed: ["--turns-max", "0"], env: {}, says: "from 1 to 1000" },
  { typed: ["--session-max", "soon"], env: {}, says: "must be a duration" },
  { typed: ["--model", "gpt"], env: {}, says: 'unknown model "gpt"' },
  { typed: ["--subject", "mars"], env: {}, says: 'unknown subject "mars": one of tikv' },
];

for (const { typed, env, says } of WRONG) {
  test(`${[...typed, ...Object.keys(env)].join(" ")} is refused with what is valid`, () => {
    using place = openPlace();
    const running = runAgentCommand(place.context(["--once", ...typed], env));
    return expect(running).rejects.toThrow(says);
  });
}

const RUN = {
  timeoutMs: 5_000,
  outputBytesMax: 10_000,
  signal: new AbortController().signal,
  reach: { type: "change" },
} as const;

test("commands find operator, and of our environment only what they need", async () => {
  using place = openPlace();
  const secrets = {
    ANTHROPIC_API_KEY: "sk-ant-secret",
    DB_PASSWORD: "hunter2",
    AWS_SESSION_TOKEN: "hunter3",
    OPERATOR_RATELIMITER_TOKEN: "hunter4",
  };
  // Empty parts of PATH, and relative ones, are below wherever a command is.
  const PATH = `:.:${process.env.PATH}:bin`;
  const env = {
    ...{ ...secrets, PATH, PGHOST: "hunter5", LANG: "C", PD_ENDPOINT: "http://pd:2379" },
    ...{ DOCKER_CONTEXT: "elsewhere", DOCKER_TLS_VERIFY: "1", OPERATOR_PORT_PD1: "31954" },
    ...{ DOCKER_PAT: "hunter6", DOCKER_CUSTOM_HEADERS: "X-Pw=hunter7", OPERATOR_PW: "hunter8" },
  };
  const shell = await openAgentShell(place.context([], env), undefined);
  const { output } = await shell.run("operator status; env; pwd", RUN);
  expect(output.head).toStartWith("it's me status\n");
  expect(output.head).toContain(`OPERATOR_HOME=${place.home}\n`);
  expect(output.head).toContain("LANG=C\n");
  expect(output.head).toContain(`PATH=${join(place.home, "bin")}:${process.env.PATH}`);
  expect(output.head).toEndWith("\n/\n");
  expect(output.head).toContain("PD_ENDPOINT=http://pd:2379\n");
  expect(output.head).toContain("DOCKER_TLS_VERIFY=1\n");
  expect(output.head).toContain("OPERATOR_PORT_PD1=31954\n");
  expect(output.head).not.toMatch(/sk-ant-secret|hunter|DOCKER_CONTEXT/);
  expect(secretsOf(env)).toEqual([...Object.values(secrets), "hunter6", "X-Pw=hunter7", "hunter8"]);
});

test("commands find the engine that operator asks, as the guard knows it", async () => {
  using place = openPlace();
  const named = { PATH: process.env.PATH, DOCKER_HOST: "tcp://127.0.0.1:2375" };
  for (const env of [named, { PATH: process.env.PATH, DOCKER_HOST: "" }]) {
    const context = place.context([], env);
    const { variables } = shellKnowledge(context)({ subject: "toy", members: [] });
    const { DOCKER_HOST = "" } = variables;
    expect(DOCKER_HOST).toStartWith(env.DOCKER_HOST || "unix:///");
    const shell = await openAgentShell(context, undefined);
    const { output } = await shell.run('echo "$DOCKER_HOST"', RUN);
    expect(output.head).toBe(`${DOCKER_HOST}\n`);
  }
});

test("a variable is secret by any of its usual names", () => {
  const secret = ["AWS_SECRET_ACCESS_KEY", "GH_TOKEN", "PGPASSFILE", "NPM_AUTH", "SENTRY_DSN"];
  const harmless = ["PATH", "GIT_AUTHOR_NAME", "PD_ENDPOINT", "KUBECONFIG"];
  const env = Object.fromEntries([...secret, ...harmless].map((name) => [name, name]));
  expect(secretsOf(env)).toEqual(secret);
});

test("the passwords in URLs are secrets, whatever the variable's name, typed ones, too", () => {
  using place = openPlace();
  const urls = "redis://:hunter2@redis:6379, redis://u:hunter%403@other:6379";
  const env = { REDIS_URL: urls, PD_ENDPOINT: "http://pd:2379" };
  const written = ["hunter2", "hunter%403", "hunter@3"];
  expect(secretsOf(env)).toEqual(written);
  const typed = place.context(["--redis", ":hunter4@redis:6379"], env);
  expect(secretsFor(typed)).toEqual([...written, "hunter4"]);
  const urlsWithPassword = { REDIS_URL: "redis://:hunter4@redis:6379" };
  expect(endpointsWithPassword(typed)).toEqual(urlsWithPassword);
});

test("a file that a variable names as secret is protected as our own are", () => {
  using place = openPlace();
  const env = { OPERATOR_RATELIMITER_TOKEN_FILE: "/srv/limiter/shared", NOTES_FILE: "/srv/notes" };
  const knowledge = shellKnowledge(place.context([], env))({ subject: "toy", members: [] });
  expect(knowledge.protectedPaths).toContain("/srv/limiter/shared");
  expect(knowledge.protectedPaths).not.toContain("/srv/notes");
  const kindsOf = (command: string) => classifyCommand(command, knowledge).map(({ kind }) => kind);
  expect(kindsOf("base64 /srv/limiter/shared")).toContain("oversight");
  expect(kindsOf("base64 /srv/notes")).toEqual(["read"]);
});

test("a home that cannot be made is an ordinary failure", async () => {
  using place = openPlace();
  const env = { OPERATOR_HOME: "/dev/null/home" };
  const failure = await runAgentCommand(place.context(["--once"], env)).catch((error) => error);
  expect(failure).toMatchObject({
    code: "runtime",
    message: expect.stringMatching(/^preparing the agent's shell: ENOTDIR/),
  });
});

test("what a home that is a link leads to is protected, too, before the database exists", () => {
  using place = openPlace();
  const real = `${place.home} of old`;
  mkdirSync(real);
  symlinkSync(real, place.home);
  const knowledge = shellKnowledge(place.context(["--db", join(place.home, "a.db")]));
  const { protectedPaths } = knowledge({ subject: "toy", members: [] });
  const home = realpathSync(real);
  expect(protectedPaths).toEqual([place.home, join(place.home, "a.db"), home, join(home, "a.db")]);
});
