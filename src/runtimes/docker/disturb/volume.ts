// The volume of a member that may be filled: one with a bound of its own, so that filling it takes
// nothing from anybody else.
import { z } from "zod";
import { OperatorError } from "../../../domain/errors.ts";
import { ASK_MS, type FoundContainer, type Site } from "../container.ts";
import { askEngine } from "../engine.ts";
import { isAnswered } from "../engine-failure.ts";

const MOUNTS = z.object({
  Mounts: z.array(
    z.object({ Type: z.string(), Name: z.string().optional(), Destination: z.string() }),
  ),
});
const VOLUME = z.object({ Options: z.record(z.string(), z.string()).nullish() });

/** Its name; of several the first by where it is mounted. Rejects with code "runtime" if none. */
export async function boundedVolumeOf(site: Site, container: FoundContainer): Promise<string> {
  const { engine } = site;
  const doing = `filling the volume of ${container.service}`;
  const inspected: unknown = await askEngine(engine, doing, () =>
    engine.client.getContainer(container.id).inspect({ abortSignal: AbortSignal.timeout(ASK_MS) }),
  );
  const mounts = MOUNTS.parse(inspected).Mounts.filter(({ Type }) => Type === "volume");
  for (const { Name } of mounts.toSorted((a, b) => (a.Destination < b.Destination ? -1 : 1))) {
    if (Name !== undefined && hasBound(await lookAtVolume(site, Name))) return Name;
  }
  const why = mounts.length === 0 ? "it has none" : "none has a bound of its own";
  throw new OperatorError("runtime", `${doing}: ${why}, and the host's disk is never filled`, {
    hint: "a volume with driver_opts { type: tmpfs, device: tmpfs, o: size=64m } has one",
  });
}

export async function isVolumeThere(site: Site, name: string): Promise<boolean> {
  return (await lookAtVolume(site, name)) !== undefined;
}

type Volume = z.infer<typeof VOLUME>;

/** Undefined when there is none of that name. */
async function lookAtVolume({ engine }: Site, name: string): Promise<Volume | undefined> {
  return askEngine(engine, `looking for volume ${name}`, async () => {
    try {
      return VOLUME.parse(await engine.client.getVolume(name).inspect());
    } catch (error) {
      if (isAnswered(error, 404)) return undefined;
      throw error;
    }
  });
}

/** As `size=` of a file system in memory, or `size` where the engine's disk keeps quotas. */
function hasBound(volume: Volume | undefined): boolean {
  const { o = "", size = "" } = volume?.Options ?? {};
  return size !== "" || /(^|,)size=\d/.test(o);
}
