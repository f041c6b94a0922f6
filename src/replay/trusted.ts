// Where recorded JSON becomes the type that it had: what this program itself has written, and the
// audit's chain vouches for. The loop compares all that follows from it with the record.
import type { Json } from "../domain/json.ts";

export function trusted<T>(recorded: Json): T {
  return recorded as T;
}
