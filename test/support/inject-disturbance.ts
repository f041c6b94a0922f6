// A process that disturbs a member, or lifts what disturbs it, and may be killed at any point.
// Its one word says which, and how.
import { z } from "zod";
import type { Disturbance } from "../../src/domain/disturbance.ts";
import type { Topology } from "../../src/domain/subject.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { connectEngine } from "../../src/runtimes/docker/engine.ts";
import { openDockerRuntime } from "../../src/runtimes/docker/runtime.ts";

export interface Injection {
  readonly topology: Topology;
  readonly member: string;
  readonly disturbance: Disturbance | "none";
}

const INJECTION = z.custom<Injection>((value) => typeof value === "object");

const { topology, member, disturbance } = INJECTION.parse(JSON.parse(process.argv[2] ?? ""));
const { host, project = "" } = topology.docker ?? {};
const site = { engine: await connectEngine(host), project };
const readyProbe = () => ({ port: 0, path: "/" });
const runtime = openDockerRuntime({ site, topology, readyProbe, clock: systemClock });
if (disturbance === "none") await runtime.disturber?.lift(member);
else await runtime.disturber?.apply(member, disturbance);
