// A lamp outside of operator's knowledge: its file is its history, one line for everything that was
// done to it. What is done twice undoes itself, so that once too many shows, and once too few.
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** `break` and `mend` leave it dark and lit, whatever it was; the others change what is. */
export type LampDeed = "press" | "turn" | "polish" | "break" | "mend";

export interface Lamp {
  readonly isLit: boolean;
  readonly isTurned: boolean;
  readonly presses: number;
  /** Presses of a lamp that was lit: each of them was done twice, or blindly. */
  readonly harm: number;
}

/** The folder of its lamps is all that the subject is told. */
export const LAMPS_ENV = "LAMPS";

const NEW: Lamp = { isLit: true, isTurned: false, presses: 0, harm: 0 };

export function lampFile(dir: string, name: string): string {
  return join(dir, name);
}

/** One write: done or not done, whatever happens to who does it. */
export function doToLamp(file: string, deed: LampDeed): void {
  appendFileSync(file, `${deed} by ${process.pid}\n`);
}

export function readLamp(file: string): Lamp {
  const deeds = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return deeds.reduce(take, NEW);
}

function take(lamp: Lamp, line: string): Lamp {
  const { isLit, isTurned, presses, harm } = lamp;
  switch (line.split(" ")[0]) {
    case "break":
      return { ...lamp, isLit: false };
    case "mend":
      return { ...lamp, isLit: true };
    case "turn":
      return { ...lamp, isTurned: !isTurned };
    case "press":
      return { ...lamp, isLit: !isLit, presses: presses + 1, harm: harm + (isLit ? 1 : 0) };
    default:
      return lamp;
  }
}
