// Takes a subject's containers down: all that carries the label of its project goes, and nothing
// else. It needs neither the compose tool nor its file.
import type { Clock } from "../../domain/clock.ts";
import type { MemberPlan, SavingMembers } from "../../domain/subject.ts";
import { PROJECT_LABEL, SERVICE_LABEL, type Site } from "./container.ts";
import { endSaving } from "./end-saving.ts";
import { askEngine } from "./engine.ts";
import { isAnswered } from "./engine-failure.ts";

const GRACE_S = 5;
const RELEASED_WITHIN_MS = 10_000;
const RELEASED_EVERY_MS = 200;

/** Containers, then networks and volumes. What went meanwhile is gone. */
export async function removeProject({ engine, project }: Site): Promise<void> {
  const { client } = engine;
  const filters = { label: [`${PROJECT_LABEL}=${project}`] };
  await askEngine(engine, `taking ${project} down`, async () => {
    const containers = await client.listContainers({ all: true, filters });
    await all(containers, ({ Id }) => client.getContainer(Id).remove({ force: true, v: true }));
    await all(await client.listNetworks({ filters }), ({ Id }) =>
      untilReleased(() => client.getNetwork(Id).remove()),
    );
    const { Volumes } = await client.listVolumes({ filters });
    await all(Volumes ?? [], ({ Name }) => client.getVolume(Name).remove());
  });
}

export interface StopOptions {
  /** As declared. */
  readonly members: readonly MemberPlan[];
  readonly savesAtEnd: SavingMembers;
  readonly clock: Clock;
}

/** The containers end, and stay with their data. A paused one is resumed, to hear the signal. */
export async function stopProject(
  site: Site,
  { members, savesAtEnd, clock }: StopOptions,
): Promise<void> {
  const { engine, project } = site;
  const { client } = engine;
  const filters = { label: [`${PROJECT_LABEL}=${project}`] };
  await askEngine(engine, `stopping ${project}`, async () => {
    const running = await client.listContainers({ filters });
    await all(
      running.filter(({ State }) => State === "paused"),
      ({ Id }) => client.getContainer(Id).unpause(),
    );
    await all(running, ({ Id, Labels }) => {
      const name = Labels[SERVICE_LABEL] ?? "";
      const ask = savesAtEnd[name];
      const plan = members.find((member) => member.name === name);
      const lossAtEnd = async () => plan && ask?.(plan);
      if (ask) return endSaving(site, { id: Id, name, clock, lossAtEnd });
      return client.getContainer(Id).stop({ t: GRACE_S });
    });
  });
}

/** The engine answers that a container is gone before its network has let go of it. */
async function untilReleased(remove: () => Promise<unknown>): Promise<unknown> {
  const deadlineMs = performance.now() + RELEASED_WITHIN_MS;
  for (;;) {
    try {
      return await remove();
    } catch (error) {
      const isHeld = isAnswered(error, 403) && performance.now() < deadlineMs;
      if (!isHeld) throw error;
    }
    await Bun.sleep(RELEASED_EVERY_MS);
  }
}

async function all<T>(things: readonly T[], change: (thing: T) => Promise<unknown>): Promise<void> {
  const ends = await Promise.allSettled(things.map(change));
  for (const end of ends) {
    if (end.status === "fulfilled") continue;
    const isDone = isAnswered(end.reason, 404) || isAnswered(end.reason, 304);
    if (!isDone) throw end.reason;
  }
}
