// Helper containers: each holds one disturbance of one member, from the member's network namespace
// or beside its volume.
import type Docker from "dockerode";
import { ASK_MS, type Site } from "../container.ts";
import { askEngine } from "../engine.ts";
import { isAnswered } from "../engine-failure.ts";
import { ownImageMissing } from "../own-image.ts";
import { type HelperPlan, labelsOf } from "./find-helpers.ts";
import { HELPER_GROUP, VOLUME_DIR } from "./order.ts";

/** The executable's own needs, and what waits in a way around. A filled volume counts as well. */
const MEMORY_BYTES_MAX = 512 * 1024 * 1024;
const PIDS_MAX = 128;

/** Started, not more. Rejects with code "runtime" and the remedy where the image is missing. */
export async function startHelper(site: Site, plan: HelperPlan): Promise<string> {
  const doing = doingOf(plan);
  const id = await askEngine(site.engine, doing, () => makeContainer(site, plan));
  let isStarted = false;
  try {
    const abortSignal = AbortSignal.timeout(ASK_MS);
    const { client } = site.engine;
    await askEngine(site.engine, doing, () => client.getContainer(id).start({ abortSignal }));
    isStarted = true;
  } finally {
    if (!isStarted) await removeHelper(site, id);
  }
  return id;
}

async function makeContainer(site: Site, plan: HelperPlan): Promise<string> {
  const abortSignal = AbortSignal.timeout(ASK_MS);
  try {
    const options = { ...optionsOf(site, plan), abortSignal };
    return (await site.engine.client.createContainer(options)).id;
  } catch (error) {
    throw isAnswered(error, 404) ? ownImageMissing(plan.image) : error;
  }
}

/** Undefined when it is gone. */
export async function lookAtHelper(
  { engine }: Site,
  id: string,
): Promise<{ readonly isRunning: boolean; readonly exitCode: number } | undefined> {
  return askEngine(engine, "looking at a helper container", async () => {
    try {
      const { State } = await engine.client.getContainer(id).inspect();
      return { isRunning: State.Running, exitCode: State.ExitCode };
    } catch (error) {
      if (isAnswered(error, 404)) return undefined;
      throw error;
    }
  });
}

/**
 * Told to end, and killed when it has not after so long. True when nothing is left of what it did:
 * it has taken that away, or never began.
 */
export async function endHelper(site: Site, id: string, graceMs: number): Promise<boolean> {
  const abortSignal = AbortSignal.timeout(graceMs + ASK_MS);
  await askEngine(site.engine, "ending a helper container", async () => {
    try {
      await site.engine.client.getContainer(id).stop({ t: graceMs / 1000, abortSignal });
    } catch (error) {
      if (!isAnswered(error, 304) && !isAnswered(error, 404)) throw error;
    }
  });
  const look = await lookAtHelper(site, id);
  return look === undefined || look.exitCode === 0;
}

/** One that somebody else has removed is removed. */
export async function removeHelper({ engine }: Site, id: string): Promise<void> {
  await askEngine(engine, "removing a helper container", async () => {
    try {
      await engine.client.getContainer(id).remove({ force: true });
    } catch (error) {
      // 409: somebody else is removing it.
      if (!isAnswered(error, 404) && !isAnswered(error, 409)) throw error;
    }
  });
}

/** Root of its own file system with one capability, in a group that nobody else is in. */
function optionsOf({ project }: Site, plan: HelperPlan): Docker.ContainerCreateOptions {
  const { place, order, image } = plan;
  return {
    Image: image,
    Cmd: ["disturbance", JSON.stringify(order)],
    User: `0:${HELPER_GROUP}`,
    Labels: labelsOf(project, plan),
    Healthcheck: { Test: ["NONE"] },
    HostConfig: {
      ...("volume" in place ? withVolume(place.volume) : inNetwork(place.network)),
      CapDrop: ["ALL"],
      ReadonlyRootfs: true,
      SecurityOpt: ["no-new-privileges:true"],
      PidsLimit: PIDS_MAX,
      LogConfig: { Type: "json-file", Config: { "max-size": "1m", "max-file": "1" } },
    },
  };
}

function inNetwork(container: string): Docker.HostConfig {
  return {
    NetworkMode: `container:${container}`,
    CapAdd: ["NET_ADMIN"],
    Memory: MEMORY_BYTES_MAX,
  };
}

/** What it writes counts as its own memory where the volume is in memory: the volume bounds it. */
function withVolume(volume: string): Docker.HostConfig {
  return {
    NetworkMode: "none",
    CapAdd: ["DAC_OVERRIDE"],
    Mounts: [{ Type: "volume", Source: volume, Target: VOLUME_DIR }],
  };
}

function doingOf({ member, order }: HelperPlan): string {
  return `${order.do === "hold" ? "disturbing" : "lifting what disturbs"} ${member}`;
}
