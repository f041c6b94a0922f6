// How this executable starts itself again, in another mode.

/**
 * The front of an argv: the compiled binary alone, or Bun and the main file when run from source.
 */
export function selfCommand(): readonly string[] {
  // In a binary argv[1] names a file inside it, which cannot be spawned.
  return Bun.isStandaloneExecutable ? [process.execPath] : [process.execPath, Bun.main];
}
