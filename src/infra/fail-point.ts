// Where a test may end this process: before or after a step that outlives it. The process kills
// itself there, as nothing could in time from outside. Without the variable nothing is armed.
//
//   OPERATOR_FAIL_POINT=/a/file              each point that is passed adds its name to the file
//   OPERATOR_FAIL_POINT=ledger.appended:2    SIGKILL when this one is passed the second time
import { appendFileSync } from "node:fs";

/** Taken out of the environment once it is read: what this process starts is not armed. */
export const FAIL_POINT_ENV = "OPERATOR_FAIL_POINT";

const NAME_AND_COUNT = /^(.+):([1-9]\d*)$/;

let onPoint: ((name: string) => void) | undefined;

export function armFailPoint(setting: string | undefined): void {
  if (!setting) return;
  const [, name, count] = NAME_AND_COUNT.exec(setting) ?? [];
  onPoint = name === undefined ? listIn(setting) : dieAt(name, Number(count));
}

/** Called between two steps, either of which may be the last. */
export function failPoint(name: string): void {
  onPoint?.(name);
}

function listIn(file: string): (name: string) => void {
  return (name) => appendFileSync(file, `${name}\n`);
}

function dieAt(wanted: string, count: number): (name: string) => void {
  let passed = 0;
  return (name) => {
    if (name !== wanted) return;
    passed += 1;
    if (passed === count) process.kill(process.pid, "SIGKILL");
  };
}
