// Waits for a condition with a deadline, in place of a sleep and a hope.

const POLL_MS = 10;

/** The first value that is neither undefined nor false. Rejects after `withinMs`, naming `what`. */
export async function eventually<T>(
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
  withinMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`did not come true in ${withinMs} ms: ${what}`);
    await Bun.sleep(POLL_MS);
  }
}
