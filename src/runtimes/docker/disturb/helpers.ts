// Helper containers: each holds one disturbance of one member, from the member's network namespace
// or beside its volume. Its labels say what it does, so that nothing need be remembered elsewhere;
// the project's label makes `down` remove it, and without a service's label it is no member.
import type Docker from "dockerode";
import { z } from "zod";
import type { FoundDisturbance } from "../../../domain/disturbance.ts";
import { ASK_MS, type FoundContainer, PROJECT_LABEL, type Site } from "../container.ts";
import { askEngine } from "../engine.ts";
import { isAnswered } from "../engine-failure.ts";
import { ownImageMissing } from "../own-image.ts";
import { describeDisturbance } from "./describe.ts";
import { HELD_TYPES, HELPER_GROUP, type HeldType, type Order, VOLUME_DIR } from "./order.ts";

export interface HelperPlan {
  readonly member: string;
  /** Of the member's container, by `runOf`. */
  readonly run: string;
  readonly place: HelperPlace;
  readonly order: Order;
  readonly image: string;
}

/** In the network namespace of a container, by its id; or with a volume, by its name. */
export type HelperPlace = { readonly network: string } | { readonly volume: string };

export interface FoundHelper {
  readonly id: string;
  readonly member: string;
  readonly type: HeldType;
  /** What it holds, for people; undefined of one that lifts. */
  readonly text: string | undefined;
  /** As it was told. */
  readonly order: string;
  /** Of the member's container when it was made. */
  readonly run: string;
  readonly volume: string | undefined;
  readonly isRunning: boolean;
}

const TYPE_LABEL = "operator.disturbance";
const MEMBER_LABEL = "operator.member";
const TEXT_LABEL = "operator.disturbance.text";
const ORDER_LABEL = "operator.disturbance.order";
const RUN_LABEL = "operator.disturbance.run";
const VOLUME_LABEL = "operator.disturbance.volume";

/** The executable's own needs, and what waits in a way around. A filled volume counts as well. */
const MEMORY_BYTES_MAX = 512 * 1024 * 1024;
const PIDS_MAX = 128;

const LABELS = z.object({
  [TYPE_LABEL]: z.enum(HELD_TYPES),
  [MEMBER_LABEL]: z.string(),
  [TEXT_LABEL]: z.string().optional(),
  [ORDER_LABEL]: z.string(),
  [RUN_LABEL]: z.string(),
  [VOLUME_LABEL]: z.string().optional(),
});

export interface HelperSearch {
  /** Of all when it is absent. */
  readonly member?: string | undefined;
  readonly type?: HeldType | undefined;
}

/** Also those that have ended, and those that lift. In no order. */
export async function findHelpers(
  { engine, project }: Site,
  { member, type }: HelperSearch = {},
): Promise<readonly FoundHelper[]> {
  const label = [
    `${PROJECT_LABEL}=${project}`,
    type === undefined ? TYPE_LABEL : `${TYPE_LABEL}=${type}`,
    ...(member === undefined ? [] : [`${MEMBER_LABEL}=${member}`]),
  ];
  return askEngine(engine, `looking for disturbances of ${project}`, async () => {
    const abortSignal = AbortSignal.timeout(ASK_MS);
    const all = { all: true, filters: { label }, abortSignal };
    return (await engine.client.listContainers(all)).flatMap(describe);
  });
}

/** What is labelled otherwise is none of ours. */
function describe({ Id, Labels, State }: Docker.ContainerInfo): readonly FoundHelper[] {
  const { data } = LABELS.safeParse(Labels);
  if (!data) return [];
  const helper = {
    id: Id,
    member: data[MEMBER_LABEL],
    type: data[TYPE_LABEL],
    text: data[TEXT_LABEL],
    order: data[ORDER_LABEL],
    run: data[RUN_LABEL],
    volume: data[VOLUME_LABEL],
    isRunning: State === "running",
  };
  return [helper];
}

/** What is in force of a member. A network namespace ends with the container's run. */
export function heldOf(
  container: FoundContainer | undefined,
  helpers: readonly FoundHelper[],
): readonly FoundDisturbance[] {
  if (!container) return [];
  return helpers.flatMap(({ member, type, text, run }) => {
    const isInForce = type === "disk" || run === runOf(container);
    if (member !== container.service || text === undefined || !isInForce) return [];
    return [{ member, type, text }];
  });
}

/** Another after each restart. */
export function runOf({ id, startedAtMs }: FoundContainer): string {
  return `${id} ${startedAtMs ?? "stopped"}`;
}

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
  const { member, run, place, order, image } = plan;
  const text = JSON.stringify(order);
  const isHold = order.do === "hold";
  const labels = {
    [PROJECT_LABEL]: project,
    [TYPE_LABEL]: isHold ? order.disturbance.type : order.type,
    [MEMBER_LABEL]: member,
    ...(isHold ? { [TEXT_LABEL]: describeDisturbance(order.disturbance) } : {}),
    [ORDER_LABEL]: text,
    [RUN_LABEL]: run,
    ...("volume" in place ? { [VOLUME_LABEL]: place.volume } : {}),
  };
  return {
    Image: image,
    Cmd: ["disturbance", text],
    User: `0:${HELPER_GROUP}`,
    Labels: labels,
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
