// Where an engine is that nobody named. Commands of agents are told it, too: left to itself, the
// docker tool would follow a context that a user chose once, perhaps to another machine.
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** As DOCKER_HOST would: of this user's Docker Desktop when there is one, else of the system. */
export function defaultDockerHost(): string {
  if (process.platform === "win32") return "npipe:////./pipe/docker_engine";
  const own = join(homedir(), ".docker", "run", "docker.sock");
  return existsSync(own) ? `unix://${own}` : SYSTEMS_HOST;
}

const SYSTEMS_HOST = "unix:///var/run/docker.sock";

/**
 * Where the docker tool of the user with that home goes when nothing names an engine; undefined
 * for another context, and where its choice may not be read.
 */
export function hostWithoutName(home: string): string | undefined {
  try {
    const text = readFileSync(join(home, ".docker", "config.json"), "utf8");
    const { currentContext = "default" } = JSON.parse(text);
    return currentContext === "default" ? SYSTEMS_HOST : undefined;
  } catch (error) {
    const isNoFile = error instanceof Error && "code" in error && error.code === "ENOENT";
    return isNoFile ? SYSTEMS_HOST : undefined;
  }
}
