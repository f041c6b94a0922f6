// A member's process, in a session of its own, so that neither our end nor the terminal's Ctrl-C
// reaches it. Everything that it prints goes to the member's log.
import { closeSync, openSync } from "node:fs";
import { failPoint } from "../../infra/fail-point.ts";
import type { LocalMember } from "./member.ts";
import { claimMember } from "./records.ts";

/** The child is told with it that it is a member's process, and which start it belongs to. */
export const LAUNCH_ENV = "OPERATOR_LAUNCH";

/** Waits for a line, and becomes the program; without one, for its starter died, it ends. */
const GATE = ["/bin/sh", "-c", 'read -r _ && exec "$@" </dev/null', "gate"];

/** The token names the launch that allows it; without that the process ends by itself. */
export async function spawnMember(member: LocalMember, token: string): Promise<Bun.Subprocess> {
  const { program } = member.plan;
  return program === undefined
    ? spawnOurs(member, token)
    : spawnProgram(member, { program, token });
}

function spawnOurs({ subject, name, paths }: LocalMember, token: string): Bun.Subprocess {
  const { home, self, topology } = subject;
  return withLog(paths.log, (log) =>
    Bun.spawn([...self, "member", topology.subject, name, "--home", home], {
      cwd: paths.dir,
      env: { OPERATOR_HOME: home, [LAUNCH_ENV]: token },
      stdio: ["ignore", log, log],
      detached: true,
    }),
  );
}

/** Its pid is on record before the program begins. */
async function spawnProgram(
  { subject, plan, paths, clock }: LocalMember,
  launch: { readonly program: string; readonly token: string },
): Promise<Bun.Subprocess> {
  const { topology, definition } = subject;
  const { program, token } = launch;
  const options = { member: plan, topology, dataDir: paths.data };
  const words = (await definition.local.programWords?.(options)) ?? [];
  const child = withLog(paths.log, (log) =>
    Bun.spawn([...GATE, program, ...words], {
      cwd: paths.data,
      env: {},
      stdio: ["pipe", log, log],
      detached: true,
    }),
  );
  if (await claimMember(paths, { token, startedAtMs: clock.now(), pid: child.pid })) {
    child.stdin.write("\n");
  }
  await child.stdin.end();
  return child;
}

function withLog<P extends Bun.Subprocess>(path: string, spawn: (log: number) => P): P {
  const log = openSync(path, "a");
  try {
    const child = spawn(log);
    failPoint("member.spawned");
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}
