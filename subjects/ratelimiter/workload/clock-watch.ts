// Notices when the wall clock is set, or the machine slept. Then, if Redis runs on this machine, a
// window over that moment has one length by its clock and another by ours, and tells nothing.
import type { Clock } from "../../../src/domain/clock.ts";

export interface ClockWatch {
  /** How far the wall clock was moved against the monotonic one since the last look; 0 for not. */
  stepMs(): number;
}

/** What is smaller is within the slack of a window. */
const STEP_MS_MIN = 5;
/** Being preempted between two readings looks like a step, once. */
const READINGS = 3;

export function watchClock(clock: Clock, monotonic = () => performance.now()): ClockWatch {
  const readOffset = () => clock.now() - monotonic();
  let offsetMs = readOffset();
  return {
    stepMs: () => {
      let stepMs = 0;
      for (let reading = 0; reading < READINGS; reading += 1) {
        stepMs = readOffset() - offsetMs;
        if (Math.abs(stepMs) < STEP_MS_MIN) break;
      }
      // Followed at each look: what adds up slowly is a rate error, and within its bounds.
      offsetMs += stepMs;
      return Math.abs(stepMs) < STEP_MS_MIN ? 0 : stepMs;
    },
  };
}
