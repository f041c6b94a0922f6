// Whether bwrap may do its work here: without it tests of the sandbox are skipped, and say why.

const NEEDS = ["--unshare-all", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "true"];

/** Undefined where it may. */
export const BWRAP_TROUBLE = findTrouble();

/** The fact, and why it is not looked at here. */
export function inSandbox(fact: string): string {
  return BWRAP_TROUBLE === undefined ? fact : `${fact} (skipped: ${BWRAP_TROUBLE})`;
}

function findTrouble(): string | undefined {
  if (Bun.which("bwrap") === null) return "no bwrap";
  const { exitCode, stderr } = Bun.spawnSync(["bwrap", ...NEEDS], { stderr: "pipe" });
  return exitCode === 0 ? undefined : stderr.toString().trim();
}
