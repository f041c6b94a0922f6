// The images on an engine: which are missing, which are ours, and how missing ones are pulled.
import { z } from "zod";
import { OperatorError } from "../../domain/errors.ts";
import { askEngine, type Engine } from "./engine.ts";
import { isAnswered } from "./engine-failure.ts";

/** On an image in which our own executable takes a program's place. */
const STAND_IN_LABEL = "operator.stand-in";

const IMAGE = z.object({
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }),
});

const PROGRESS = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  progressDetail: z.object({ current: z.number(), total: z.number() }).optional().catch(undefined),
});

export interface FoundImage {
  readonly isStandIn: boolean;
}

/** Undefined when it is not on the engine. */
export async function findImage(engine: Engine, name: string): Promise<FoundImage | undefined> {
  return askEngine(engine, `looking for image ${name}`, async () => {
    try {
      const found = await engine.client.getImage(name).inspect();
      const { Labels } = IMAGE.parse(found).Config;
      return { isStandIn: Labels?.[STAND_IN_LABEL] === "true" };
    } catch (error) {
      if (isAnswered(error, 404)) return undefined;
      throw error;
    }
  });
}

/** One line for each new state of each layer; its bytes in quarters. */
export async function pullImage(engine: Engine, { name, signal, say }: PullOptions): Promise<void> {
  const doing = `pulling ${name}`;
  const stream = await askEngine(engine, doing, () =>
    engine.client.pull(name, { abortSignal: signal }),
  );
  const lastLines = new Map<string, string>();
  await new Promise<void>((resolve, reject) => {
    engine.client.modem.followProgress(
      stream,
      (error) => (error ? reject(cannotPull(error, { doing, signal })) : resolve()),
      (event: unknown) => {
        const { id = "", line } = describeProgress(event);
        if (line !== undefined && lastLines.get(id) !== line) say(`${doing}: ${line}`);
        if (line !== undefined) lastLines.set(id, line);
      },
    );
  });
}

export interface PullOptions {
  readonly name: string;
  readonly signal: AbortSignal;
  /** One line for a person. */
  readonly say: (line: string) => void;
}

function describeProgress(event: unknown): { readonly id?: string; readonly line?: string } {
  const { data } = PROGRESS.safeParse(event);
  if (data?.status === undefined) return {};
  const { id, status, progressDetail } = data;
  const quarter = progressDetail
    ? Math.floor((4 * progressDetail.current) / progressDetail.total)
    : 0;
  const share = progressDetail ? ` ${25 * Math.min(4, quarter)} %` : "";
  return { ...(id ? { id } : {}), line: `${id ? `${id} ` : ""}${status}${share}` };
}

function cannotPull(
  error: Error,
  { doing, signal }: { readonly doing: string; readonly signal: AbortSignal },
): OperatorError {
  if (signal.aborted) return new OperatorError("interrupted", `${doing}: interrupted`);
  return new OperatorError("runtime", `${doing}: ${error.message}`, {
    hint: "OPERATOR_IMAGE_… names another image; --runtime local needs none",
    cause: error,
  });
}
