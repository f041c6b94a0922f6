// A lamp outside of operator's knowledge: its file is its history, one line for everything that was
// done to it. A press changes its state, so that one press too many shows, and so does one too few.
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** `break` and `mend` leave it dark and lit, whatever it was. */
export type LampDeed = "press" | "break" | "mend";

export interface Lamp {
  readonly isLit: boolean;
  readonly presses: number;
  /** Presses of a lamp that was lit: each of them was done twice, or blindly. */
  readonly harm: number;
}

/** The folder of its lamps is all that the subject is told. */
export const LAMPS_ENV = "LAMPS";

export function lampFile(dir: string, name: string): string {
  return join(dir, name);
}

/** One write: done or not done, whatever happens to who does it. */
export function doToLamp(file: string, deed: LampDeed): void {
  appendFileSync(file, `${deed} by ${process.pid}\n`);
}

export function readLamp(file: string): Lamp {
  const deeds = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return deeds.reduce(take, { isLit: true, presses: 0, harm: 0 });
}

function take({ isLit, presses, harm }: Lamp, line: string): Lamp {
  if (line.startsWith("break")) return { isLit: false, presses, harm };
  if (line.startsWith("mend")) return { isLit: true, presses, harm };
  return { isLit: !isLit, presses: presses + 1, harm: harm + (isLit ? 1 : 0) };
}
