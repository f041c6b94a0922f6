// Where an engine is that nobody named. Commands of agents are told it, too: left to itself, the
// docker tool would follow a context that a user chose once, perhaps to another machine.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** As DOCKER_HOST would: of this user's Docker Desktop when there is one, else of the system. */
export function defaultDockerHost(): string {
  if (process.platform === "win32") return "npipe:////./pipe/docker_engine";
  const own = join(homedir(), ".docker", "run", "docker.sock");
  return `unix://${existsSync(own) ? own : "/var/run/docker.sock"}`;
}
