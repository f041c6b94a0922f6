// The container of a compose service: found by the labels that compose sets, never by its name.
import type { ContainerInspectInfo } from "dockerode";
import { z } from "zod";
import type { MemberState } from "../../domain/runtime.ts";
import { askEngine, type Engine } from "./engine.ts";
import { isAnswered } from "./engine-failure.ts";

/** One project on one engine: all that this runtime may touch. */
export interface Site {
  readonly engine: Engine;
  /** As compose names it: its label on everything that belongs together. */
  readonly project: string;
}

export interface FoundContainer {
  readonly id: string;
  readonly service: string;
  readonly state: MemberState;
  /** Null while it is stopped. */
  readonly pid: number | null;
  readonly startedAtMs: number | null;
  /** Null while it runs, and before its first start. */
  readonly lastExit: string | null;
  /** It ended, and not as one does that is asked to. */
  readonly hasFailed: boolean;
  /** By its health check; absent where the image and the compose file have none. */
  readonly health: "starting" | "healthy" | "unhealthy" | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** 0 is without a limit. */
  readonly limits: { readonly cpus: number; readonly memoryBytes: number };
  /** Not the host's, nor another container's. */
  readonly hasOwnNetwork: boolean;
}

export const PROJECT_LABEL = "com.docker.compose.project";
export const SERVICE_LABEL = "com.docker.compose.service";

/** Of a request that an engine answers from memory; a busy one takes its time. */
export const ASK_MS = 10_000;

const INSPECTED = z.object({
  Id: z.string(),
  Config: z.object({ Labels: z.record(z.string(), z.string()) }),
  HostConfig: z.object({ NanoCpus: z.number(), Memory: z.number(), NetworkMode: z.string() }),
  State: z.object({
    Status: z.string(),
    Paused: z.boolean(),
    OOMKilled: z.boolean(),
    Pid: z.number(),
    ExitCode: z.number(),
    Error: z.string(),
    StartedAt: z.string(),
    Health: z
      .object({ Status: z.enum(["starting", "healthy", "unhealthy"]) })
      .nullish()
      .catch(undefined),
  }),
});

type InspectedState = z.infer<typeof INSPECTED>["State"];

/** Of its own accord, by SIGINT, and by SIGTERM, as an engine asks. */
const ORDERLY_EXITS = [0, 130, 143];

/** Exit codes above 128 are of signals: bash(1), Exit Status. */
const SIGNALS: Readonly<Record<number, string>> = {
  129: "SIGHUP",
  130: "SIGINT",
  131: "SIGQUIT",
  134: "SIGABRT",
  137: "SIGKILL",
  139: "SIGSEGV",
  143: "SIGTERM",
};

export interface Search {
  /** Of all when it is absent. */
  readonly service?: string;
  /** Ends the search earlier than its deadline. */
  readonly signal?: AbortSignal;
}

/** In no order. One that goes meanwhile is left out. */
export async function findContainers(
  { engine, project }: Site,
  { service, signal }: Search = {},
): Promise<readonly FoundContainer[]> {
  const label = [`${PROJECT_LABEL}=${project}`, "com.docker.compose.oneoff=False"];
  if (service !== undefined) label.push(`${SERVICE_LABEL}=${service}`);
  return askEngine(engine, `looking for containers of ${project}`, async () => {
    const deadline = AbortSignal.timeout(ASK_MS);
    const abortSignal = signal ? AbortSignal.any([signal, deadline]) : deadline;
    const listed = await engine.client.listContainers({
      all: true,
      filters: { label },
      abortSignal,
    });
    const looks = listed.map(({ Id }) =>
      orGone(engine.client.getContainer(Id).inspect({ abortSignal })),
    );
    return (await Promise.all(looks)).flatMap((look) => (look ? [describe(look)] : []));
  });
}

async function orGone<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if (isAnswered(error, 404)) return undefined;
    throw error;
  }
}

function describe(inspected: ContainerInspectInfo): FoundContainer {
  const { Id, Config, HostConfig, State } = INSPECTED.parse(inspected);
  const state = stateOf(State);
  const isStopped = state === "stopped";
  return {
    id: Id,
    service: Config.Labels[SERVICE_LABEL] ?? "",
    state,
    pid: isStopped ? null : State.Pid,
    startedAtMs: isStopped ? null : Date.parse(State.StartedAt),
    lastExit: isStopped ? lastExitOf(State) : null,
    hasFailed: isStopped && hasFailed(State),
    health: State.Health?.Status,
    labels: Config.Labels,
    limits: { cpus: HostConfig.NanoCpus / 1e9, memoryBytes: HostConfig.Memory },
    hasOwnNetwork: !/^(host$|container:)/.test(HostConfig.NetworkMode),
  };
}

/** One that is being restarted does not run. */
function stateOf({ Status, Paused }: InspectedState): MemberState {
  if (Paused) return "paused";
  return Status === "running" ? "running" : "stopped";
}

/** One that was made and never started has not ended. */
function hasFailed({ Status, ExitCode, OOMKilled }: InspectedState): boolean {
  return Status !== "created" && (OOMKilled || !ORDERLY_EXITS.includes(ExitCode));
}

function lastExitOf({
  Status,
  ExitCode,
  OOMKilled,
  Error: trouble,
}: InspectedState): string | null {
  if (trouble !== "") return trouble;
  if (Status === "created") return null;
  if (OOMKilled) return "SIGKILL: out of memory";
  return SIGNALS[ExitCode] ?? `exit code ${ExitCode}`;
}
