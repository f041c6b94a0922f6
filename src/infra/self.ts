// How this executable starts itself again, in another mode.
import { basename, dirname } from "node:path";

/**
 * The front of an argv: the compiled binary alone, or Bun and the main file when run from source.
 */
export function selfCommand(): readonly string[] {
  // In a binary argv[1] names a file inside it, which cannot be spawned.
  return Bun.isStandaloneExecutable ? [process.execPath] : [process.execPath, Bun.main];
}

/** What has to be there for it to start: the binary alone, or Bun and the sources. */
export function placesOfSelf(self: readonly string[]): readonly string[] {
  return self.map((path) => (basename(path) === "main.ts" ? dirname(dirname(path)) : path));
}
