// JSON that somebody else may have written, or cut off in the middle.

/** Undefined for a text that is no JSON, which never stands for a value. */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // JSON.parse has no other way to say no
  }
}
