// Whether a Docker engine answers here, for those who only want to know.
import { OperatorError } from "../../domain/errors.ts";
import { connectEngine } from "./engine.ts";

export type EngineReport =
  | { readonly state: "available"; readonly version: string }
  | { readonly state: "absent"; readonly reason: string; readonly remedy: string | undefined };

/** Nobody who only wants to know waits longer, also for a host that is far, or gone. */
const DEADLINE_MS = 1_000;

/** `dockerHost` as DOCKER_HOST says. Never rejects for an engine that is not to be had. */
export async function describeDockerEngine(dockerHost: string | undefined): Promise<EngineReport> {
  try {
    const { version } = await connectEngine(dockerHost, DEADLINE_MS);
    return { state: "available", version };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { state: "absent", reason: error.message, remedy: error.hint };
  }
}
