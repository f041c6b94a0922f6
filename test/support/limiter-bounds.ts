// A table of changes to a well look: what breaks an invariant, the near miss that does not, and
// what leaves it unknown. Real faults trip them elsewhere, on a running limiter.
import { expect, test } from "bun:test";
import { type Seen, seenWith, stateOf } from "./limiter-looks.ts";

type Change = (seen: Seen) => void;

export interface Bound {
  readonly invariant: string;
  readonly entity: string;
  readonly broken: Change;
  readonly nearMiss: Change;
  readonly unseen: Change;
}

/** One test for each. */
export function testBounds(bounds: readonly Bound[]): void {
  for (const [index, { invariant, entity, broken, nearMiss, unseen }] of bounds.entries()) {
    test(`${index + 1}: ${invariant} is violated, nearly, and not to be seen`, () => {
      expect(stateOf(seenWith(broken), invariant, entity)).toBe("violated");
      expect(stateOf(seenWith(nearMiss), invariant, entity)).toBe("holds");
      expect(stateOf(seenWith(unseen), invariant, entity)).toBe("unknown");
    });
  }
}
