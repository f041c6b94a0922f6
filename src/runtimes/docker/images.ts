// The images on an engine: which are missing, which are ours, and how missing ones are pulled.
import { z } from "zod";
import { OperatorError } from "../../domain/errors.ts";
import { askEngine, type Engine } from "./engine.ts";
import { isAnswered } from "./engine-failure.ts";

/** On an image in which our own executable takes a program's place. */
const STAND_IN_LABEL = "operator.stand-in";
/** What its long timers are divided by is in its environment, where it reads that itself. */
const TIME_SCALE = /^OPERATOR_TIME_SCALE=(\d+(?:\.\d+)?)$/;

/** Logins of the person's own are with the docker command, not with the engine. */
const LOGINS = "try docker pull, which knows your logins";
const OTHER_WAYS = "OPERATOR_IMAGE_… names another image, and --runtime local needs none";

const IMAGE = z.object({
  Config: z.object({
    Labels: z.record(z.string(), z.string()).nullish(),
    Env: z.array(z.string()).nullish(),
  }),
});

const PROGRESS = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  progressDetail: z
    .object({ current: z.number(), total: z.number().positive() })
    .optional()
    .catch(undefined),
});

export interface FoundImage {
  readonly isStandIn: boolean;
  /** 1 for what is no stand-in. */
  readonly timeScale: number;
}

/** Undefined when it is not on the engine. */
export async function findImage(engine: Engine, name: string): Promise<FoundImage | undefined> {
  return askEngine(engine, `looking for image ${name}`, async () => {
    try {
      const found = await engine.client.getImage(name).inspect();
      const { Labels, Env } = IMAGE.parse(found).Config;
      const isStandIn = Labels?.[STAND_IN_LABEL] === "true";
      return { isStandIn, timeScale: isStandIn ? timeScaleIn(Env ?? []) : 1 };
    } catch (error) {
      if (isAnswered(error, 404)) return undefined;
      throw error;
    }
  });
}

function timeScaleIn(environment: readonly string[]): number {
  const scales = environment.map((line) => Number(TIME_SCALE.exec(line)?.[1] ?? 1));
  return Math.max(1, ...scales);
}

export interface PullOptions {
  readonly name: string;
  readonly signal: AbortSignal;
  /** One line for a person. */
  readonly say: (line: string) => void;
  /** What else a person can do where it cannot be had. */
  readonly otherWays?: string;
}

/**
 * Says one line for each new state of each layer; its bytes in quarters. Rejects with code
 * "interrupted" on abort, else "runtime" with what the engine or the registry says.
 */
export async function pullImage(engine: Engine, options: PullOptions): Promise<void> {
  const { name, signal, otherWays = OTHER_WAYS } = options;
  const doing = `pulling ${name}`;
  const pull = engine.client.pull(name, { abortSignal: signal });
  const pulled = pull.then((stream) => followPull(engine, { stream, options, doing }));
  await askEngine(engine, doing, () => pulled).catch((error: OperatorError) => {
    throw signal.aborted
      ? new OperatorError("interrupted", `${doing}: interrupted`)
      : new OperatorError("runtime", error.message, {
          hint: `${LOGINS}; ${otherWays}`,
          cause: error,
        });
  });
}

interface Pull {
  readonly stream: NodeJS.ReadableStream;
  readonly options: PullOptions;
  readonly doing: string;
}

function followPull({ client }: Engine, { stream, options, doing }: Pull): Promise<void> {
  const lastLines = new Map<string, string>();
  const onProgress = (event: unknown) => {
    const { id = "", line } = describeProgress(event);
    if (line === undefined || lastLines.get(id) === line) return;
    lastLines.set(id, line);
    options.say(`${doing}: ${line}`);
  };
  return new Promise((resolve, reject) => {
    const onEnd = (error: Error | null) =>
      error ? reject(new OperatorError("runtime", `${doing}: ${error.message}`)) : resolve();
    client.modem.followProgress(stream, onEnd, onProgress);
  });
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
