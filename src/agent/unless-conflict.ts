// A guarded move that finds another state than it needs is an expected outcome: a person or the
// monitor was faster. Here it becomes a value.
import { OperatorError } from "../domain/errors.ts";

export type Move<T> =
  | { readonly isDone: true; readonly value: T }
  | { readonly isDone: false; readonly reason: string };

/** Rejects with everything but OperatorError code "conflict". */
export function unlessConflict<T>(work: Promise<T>): Promise<Move<T>> {
  return work.then(
    (value): Move<T> => ({ isDone: true, value }),
    (error: unknown): Move<T> => {
      if (error instanceof OperatorError && error.code === "conflict") {
        return { isDone: false, reason: error.message };
      }
      throw error;
    },
  );
}
