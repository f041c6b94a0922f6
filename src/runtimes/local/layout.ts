// Where the local runtime keeps what it knows, below the home directory:
//   subjects/<subject>.lock          held by up and down
//   subjects/<subject>/topology.json what was declared, and that the subject is up
//   subjects/<subject>/unsettled     being made or taken away: who finds it so may clear it
//   subjects/<subject>/faults.jsonl  what was broken on purpose, and must be healed
//   subjects/<subject>/members/<member>/…
import { join } from "node:path";

export interface SubjectPaths {
  readonly dir: string;
  readonly lock: string;
  readonly topology: string;
  readonly unsettled: string;
  readonly faults: string;
  readonly members: string;
}

export interface MemberPaths {
  readonly dir: string;
  /** Everything durable of the member itself. */
  readonly data: string;
  readonly log: string;
  /** One operation at a time. */
  readonly lock: string;
  /** The identity of the member's process, written by that process alone. */
  readonly process: string;
  /** How it ended, when somebody saw it. */
  readonly lastExit: string;
}

export function subjectPaths(home: string, subject: string): SubjectPaths {
  const dir = join(home, "subjects", subject);
  return {
    dir,
    lock: `${dir}.lock`,
    topology: join(dir, "topology.json"),
    unsettled: join(dir, "unsettled"),
    faults: join(dir, "faults.jsonl"),
    members: join(dir, "members"),
  };
}

export function memberPaths(subject: SubjectPaths, member: string): MemberPaths {
  const dir = join(subject.members, member);
  return {
    dir,
    data: join(dir, "data"),
    log: join(dir, "log"),
    lock: join(dir, "lock"),
    process: join(dir, "process.json"),
    lastExit: join(dir, "last-exit"),
  };
}
