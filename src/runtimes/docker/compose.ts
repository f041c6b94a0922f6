// The compose tool, in whichever form is here: the plugin of v2, or docker-compose 1.29.
import { OperatorError } from "../../domain/errors.ts";
import type { Environment } from "./variables.ts";

export interface ComposeCall {
  readonly project: string;
  /** Paths beside it are relative to it. */
  readonly file: string;
  /** What the file leaves open. */
  readonly envFile: string;
  readonly words: readonly string[];
  /** The person's own; what the tool does not need of it, it does not see. */
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/** Containers are made, not images: those are there before. */
const CALL_MS = 180_000;
const LOOK_MS = 10_000;
const LINES_SHOWN = 8;
/** Where programs and settings are, and the way to the engine; a context would lead to another. */
const NEEDED =
  /^(PATH|HOME|USERPROFILE|TMPDIR|LANG|DOCKER_(?!CONTEXT).*|XDG_.*|SSH_AUTH_SOCK|\w+_PROXY)$/i;

/** Rejects with code "runtime" and the tool's last lines when it fails; "interrupted" on abort. */
export async function runCompose(call: ComposeCall): Promise<void> {
  const { project, file, envFile, words, signal } = call;
  const env = toolEnvironment(call.env);
  const tool = await findCompose(env);
  const place = ["--project-name", project, "--file", file, "--env-file", envFile];
  const argv = [...tool, ...place, ...words];
  const deadline = AbortSignal.timeout(CALL_MS);
  const end = await run(argv, env, AbortSignal.any([signal, deadline]));
  const doing = `${tool.join(" ")} ${words[0]} of ${project}`;
  if (signal.aborted) throw new OperatorError("interrupted", `${doing}: interrupted`);
  if (end.exitCode === 0) return;
  const cause = deadline.aborted ? `not done in ${CALL_MS / 1000} s` : `exit ${end.exitCode}`;
  const said = end.output.trim().split("\n").slice(-LINES_SHOWN).join("\n").replace(/^/gm, "  ");
  throw new OperatorError("runtime", `${doing}: ${cause}; it said last:\n${said}`);
}

/** Variables of the file are not among it: those that were chosen once would lose against it. */
function toolEnvironment(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => NEEDED.test(name)));
}

/** The words that call it. Rejects with code "runtime" where there is neither. */
export async function findCompose(env: Environment): Promise<readonly string[]> {
  const path = { PATH: env.PATH ?? "" };
  if (Bun.which("docker", path)) {
    const plugin = ["docker", "compose"];
    const look = await run([...plugin, "version"], env, AbortSignal.timeout(LOOK_MS));
    if (look.exitCode === 0) return plugin;
  }
  if (Bun.which("docker-compose", path)) return ["docker-compose"];
  throw new OperatorError("runtime", "no docker compose is here", {
    hint: "install Docker's compose plugin, or docker-compose 1.29",
  });
}

interface ToolEnd {
  readonly exitCode: number;
  readonly output: string;
}

/** Interrupted as by Ctrl-C when the signal aborts. */
async function run(
  argv: readonly string[],
  env: Environment,
  signal: AbortSignal,
): Promise<ToolEnd> {
  const child = Bun.spawn([...argv], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    signal,
    killSignal: "SIGINT",
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { exitCode: await child.exited, output: stdout + stderr };
}
