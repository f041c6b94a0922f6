// A program that is not our own, in a session that ends with us, however we end: bwrap's own way of
// it leaves one behind that waits for its parent for ever, when that dies between its first steps.

/**
 * stdin is our pipe: its end means that we are gone, and the watcher kills the session: the groups
 * that were split off (proc(5): "… state ppid pgrp session …"), then its own. The program itself
 * has no input.
 */
const WATCHER = `
exec 3<&0 </dev/null
(
  trap '' HUP INT TERM
  read -r _ <&3
  for stat in /proc/[0-9]*/stat; do
    read -r line <"$stat" || continue
    set -- \${line##*") "}
    [ "$4" = $$ ] && [ "$3" != $$ ] && kill -9 "-$3"
  done
  kill -9 0
) >/dev/null 2>&1 &
exec 3<&-`;

export interface DyingOptions {
  /** Lines of sh before it, by which the kernel holds it. */
  readonly limits: string;
  /** stderr goes where stdout does: so their order is kept. */
  readonly isOneStream?: true;
}

/** The words before its own. To be spawned as a session's leader, with a pipe of ours as stdin. */
export function dyingWithUs({ limits, isOneStream }: DyingOptions): readonly string[] {
  const run = isOneStream ? 'exec "$@" 2>&1' : 'exec "$@"';
  return ["/bin/sh", "-c", `${limits}${WATCHER}\n${run}`, "sh"];
}
