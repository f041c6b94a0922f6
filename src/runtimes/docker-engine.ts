// The one place of dockerode: whether a Docker engine answers here. It is loaded when it is asked.
import { z } from "zod";
import { messageOf } from "../domain/errors.ts";

export type DockerEngine =
  | { readonly state: "available"; readonly version: string }
  | { readonly state: "absent"; readonly reason: string };

/** A socket answers in milliseconds; a host named by DOCKER_HOST may be far, or gone. */
const DEADLINE_MS = 1_000;
const VERSION = z.object({ Version: z.string() });

/** Never rejects. Asks where DOCKER_HOST or the default socket says. */
export async function describeDockerEngine(): Promise<DockerEngine> {
  const reason = `no answer in ${DEADLINE_MS} ms`;
  const late = Bun.sleep(DEADLINE_MS).then((): DockerEngine => ({ state: "absent", reason }));
  return Promise.race([askVersion().catch(absentBecause), late]);
}

async function askVersion(): Promise<DockerEngine> {
  const { default: Docker } = await import("dockerode");
  const { Version } = VERSION.parse(await new Docker({ timeout: DEADLINE_MS }).version());
  return { state: "available", version: Version };
}

function absentBecause(error: unknown): DockerEngine {
  const isForeign = error instanceof z.ZodError;
  return { state: "absent", reason: isForeign ? "the answer is not Docker's" : messageOf(error) };
}
