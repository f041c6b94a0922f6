// What one simulated member has on disk: its log and its state machine, which outlive a restart.
import { assert } from "../../../src/domain/errors.ts";
import type { StateMachine } from "../../../subjects/tikv/stand-in/raft/consensus.ts";
import type { RaftLog } from "../../../subjects/tikv/stand-in/raft/log.ts";
import type { HardState, RaftStorage } from "../../../subjects/tikv/stand-in/raft/storage.ts";

/** Its state is every command that was ever applied, by index. */
export interface RecordingMachine extends StateMachine {
  readonly applied: Map<number, string>;
}

export interface MemoryDisk {
  readonly storage: RaftStorage;
  readonly log: RaftLog;
  readonly machine: RecordingMachine;
}

export function createMemoryDisk(): MemoryDisk {
  const log: RaftLog = { base: { index: 0, term: 0 }, entries: [] };
  let hardState: HardState = { term: 0, votedFor: undefined };
  const storage: RaftStorage = {
    load: () => structuredClone({ hardState, log }),
    saveHardState: (saved) => {
      hardState = saved;
    },
    append: (entries) => {
      const [first] = entries;
      if (first === undefined) return;
      log.entries.splice(first.index - log.base.index - 1);
      log.entries.push(...structuredClone(entries));
    },
    compact: (base) => {
      log.entries.splice(0, base.index - log.base.index);
      log.base = base;
    },
    reset: (base) => {
      log.entries = [];
      log.base = base;
    },
  };
  return { storage, log, machine: createRecordingMachine() };
}

function createRecordingMachine(): RecordingMachine {
  const applied = new Map<number, string>();
  let appliedIndex = 0;
  return {
    applied,
    appliedIndex: () => appliedIndex,
    apply: (index, command) => {
      assert(index > appliedIndex, `index ${index} is applied once and in order`);
      appliedIndex = index;
      applied.set(index, command);
      return `did ${command}`;
    },
    snapshot: () => JSON.stringify([...applied]),
    restore: (index, snapshot) => {
      assert(index > appliedIndex, `a snapshot at ${index} never goes back`);
      applied.clear();
      const pairs: [number, string][] = JSON.parse(snapshot);
      for (const [at, command] of pairs) applied.set(at, command);
      appliedIndex = index;
    },
  };
}
