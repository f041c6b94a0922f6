// Where lines of a grammar are run as they are: nothing of this machine can be written, reached or
// signalled from there, and the programs are stubs.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openProcessBound } from "../../../src/infra/process-bound.ts";
import { BWRAP_TROUBLE } from "../../support/bwrap.ts";
import type { Run, Task } from "./inside.ts";
import { findMissing, REAL, RECORD, SHELLS, writeShells, writeStubs } from "./stubs.ts";

export type JailShell = "dash" | "bash";

/** Disposed of it leaves nothing behind. */
export interface Jail extends AsyncDisposable {
  readonly shell: JailShell;
  /** Undefined for a line that ended who runs it, or kept it for too long. */
  run(line: string): Promise<Run | undefined>;
}

/** Why there can be none here; undefined where there can. */
export const JAIL_TROUBLE = BWRAP_TROUBLE ?? missing();

/** What a line finds, besides the folders that are there always. */
export const FILES: Readonly<Record<string, string>> = {
  "/tmp/a": "reboot\nrm x\n",
  "/tmp/-delete": "",
  "/tmp/dir/b": "b\n",
  "/etc/hosts": "127.0.0.1 localhost\n",
  "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nop:x:1000:1000::/home/op:/bin/sh\n",
  "/etc/shadow": "root:!:1::::::\n",
  "/home/op/.operator/tickets.db": "rows\n",
  "/root/.ssh/id_rsa": "key\n",
  "/var/lib/tikv/data.sst": "data\n",
  "/var/log/tikv.log": "error\n",
};

const ENV: Readonly<Record<string, string>> = {
  PATH: "/usr/bin:/bin",
  HOME: "/home/op",
  OPERATOR_HOME: "/home/op/.operator",
  LANG: "C.UTF-8",
  NO_COLOR: "1",
};

/** As `ulimit` has them, in every shell: seconds, blocks of 512 bytes or more, and kilobytes. */
const BOUNDS = "ulimit -t 1; ulimit -f 2048; ulimit -v 1000000";
/** A builtin would leave no trace. */
const KILL: Readonly<Record<JailShell, string>> = {
  dash: 'kill() { /usr/bin/kill "$@"; }',
  bash: "enable -n kill",
};
/** More than a line is given within, and what may be left of it. */
const ANSWER_MS_MAX = 6_000;
const PROCESSES_MAX = 300;

export function openJail(shell: JailShell): Jail {
  const folder = mkdtempSync(join(tmpdir(), "operator-jail-"));
  const stubs = join(folder, "stubs");
  const shells = join(folder, "shells");
  writeStubs(stubs);
  writeShells(shells, shell);
  const bound = openProcessBound(PROCESSES_MAX);
  const argv = ["/bin/sh", "-c", `${bound.script}exec "$@"`, "sh", ...jailWords(stubs, shells)];
  const preamble = `${BOUNDS}; ${KILL[shell]}`;
  let inmate: Inmate | undefined;
  return {
    shell,
    async run(line) {
      inmate ??= startInmate(argv);
      const run = await inmate.ask({ line, preamble, files: FILES, env: ENV });
      if (run) return run;
      await inmate.end();
      inmate = undefined;
      return undefined;
    },
    async [Symbol.asyncDispose]() {
      await inmate?.end();
      bound[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function missing(): string | undefined {
  const name = findMissing();
  return name === undefined ? undefined : `no ${name} in /usr/bin`;
}

function jailWords(stubs: string, shells: string): readonly string[] {
  const libraries = ["lib", "lib64"].flatMap((name) => [
    ...["--ro-bind-try", `/usr/${name}`, `/usr/${name}`],
    ...["--symlink", `usr/${name}`, `/${name}`],
  ]);
  return [
    ...["bwrap", "--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000"],
    ...["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"],
    ...["--setenv", "PATH", REAL],
    ...libraries,
    ...["--ro-bind", stubs, "/usr/bin", "--ro-bind", shells, SHELLS],
    ...["--symlink", "usr/bin", "/bin", "--symlink", "usr/bin", "/sbin"],
    ...["--ro-bind", "/usr/bin", REAL, "--dir", RECORD],
    ...["--ro-bind", process.execPath, "/inside/bun"],
    ...["--ro-bind", join(import.meta.dir, "inside.ts"), "/inside/inside.ts"],
    // To one who is root outside, some files of the kernel are his own.
    ...["--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev"],
    ...["--size", String(2 ** 24), "--tmpfs", "/tmp", "--chdir", "/"],
    ...["/inside/bun", "/inside/inside.ts"],
  ];
}

interface Inmate {
  ask(task: Task): Promise<Run | undefined>;
  end(): Promise<void>;
}

function startInmate(argv: readonly string[]): Inmate {
  const child = Bun.spawn([...argv], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = linesOf(child.stdout);
  return {
    async ask(task) {
      const timeUp = Promise.withResolvers<undefined>();
      const timer = setTimeout(() => timeUp.resolve(undefined), ANSWER_MS_MAX);
      try {
        child.stdin.write(`${JSON.stringify(task)}\n`);
        await child.stdin.flush();
        const answer = await Promise.race([answers.next(), timeUp.promise]);
        return answer?.done === false ? JSON.parse(answer.value) : undefined;
      } catch {
        // Its pipe is closed.
        return undefined;
      } finally {
        clearTimeout(timer);
      }
    },
    async end() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
