// What is in force, as the labels of helper containers say it: so nothing need be remembered.
// The project's label makes `down` remove them, and without a service's label they are no members.
import type Docker from "dockerode";
import { z } from "zod";
import type { FoundDisturbance } from "../../../domain/disturbance.ts";
import { ASK_MS, type FoundContainer, PROJECT_LABEL, type Site } from "../container.ts";
import { askEngine } from "../engine.ts";
import { describeDisturbance } from "./describe.ts";
import { HELD_TYPES, type HeldType, type Order } from "./order.ts";

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
  /** False before it has begun, and when it has ended by itself, having lifted what it held. */
  readonly mayHold: boolean;
}

const TYPE_LABEL = "operator.disturbance";
const MEMBER_LABEL = "operator.member";
const TEXT_LABEL = "operator.disturbance.text";
const ORDER_LABEL = "operator.disturbance.order";
const RUN_LABEL = "operator.disturbance.run";
const VOLUME_LABEL = "operator.disturbance.volume";

const LABELS = z.object({
  [TYPE_LABEL]: z.enum(HELD_TYPES),
  [MEMBER_LABEL]: z.string(),
  [TEXT_LABEL]: z.string().optional(),
  [ORDER_LABEL]: z.string(),
  [RUN_LABEL]: z.string(),
  [VOLUME_LABEL]: z.string().optional(),
});

export function labelsOf(project: string, plan: HelperPlan): Record<string, string> {
  const { member, run, place, order } = plan;
  const isHold = order.do === "hold";
  return {
    [PROJECT_LABEL]: project,
    [TYPE_LABEL]: isHold ? order.disturbance.type : order.type,
    [MEMBER_LABEL]: member,
    ...(isHold ? { [TEXT_LABEL]: describeDisturbance(order.disturbance) } : {}),
    [ORDER_LABEL]: JSON.stringify(order),
    [RUN_LABEL]: run,
    ...("volume" in place ? { [VOLUME_LABEL]: place.volume } : {}),
  };
}

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
function describe({ Id, Labels, State, Status }: Docker.ContainerInfo): readonly FoundHelper[] {
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
    mayHold: State !== "created" && !Status.startsWith("Exited (0)"),
  };
  return [helper];
}

/** What is in force of a member. A network namespace ends with the container's run. */
export function heldOf(
  container: FoundContainer | undefined,
  helpers: readonly FoundHelper[],
): readonly FoundDisturbance[] {
  if (!container) return [];
  return helpers.flatMap(({ member, type, text, run, mayHold }) => {
    const isInForce = mayHold && (type === "disk" || run === runOf(container));
    if (member !== container.service || text === undefined || !isInForce) return [];
    return [{ member, type, text }];
  });
}

/** Another after each restart. */
export function runOf({ id, startedAtMs }: FoundContainer): string {
  return `${id} ${startedAtMs ?? "stopped"}`;
}
