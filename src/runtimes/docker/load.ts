// A load generator of others in a container beside the members: on the project's network, with the
// project's label, so that taking the project down takes it along.
import { OperatorError } from "../../domain/errors.ts";
import { ASK_MS, PROJECT_LABEL, type Site } from "./container.ts";
import { askEngine } from "./engine.ts";
import { followContainer } from "./logs.ts";

export interface ContainerRun {
  readonly site: Site;
  /** For people, and on the container: "go-ycsb". */
  readonly name: string;
  readonly image: string;
  readonly words: readonly string[];
  /** Who runs it: what an earlier run of the same owner left is removed first. */
  readonly owner: string;
  readonly signal: AbortSignal;
  /** One line of its output, without its end. */
  readonly onLine: (line: string) => void;
}

const LOAD_LABEL = "operator.load";
const OWNER_LABEL = "operator.load-owner";
/** go-ycsb ends its operations within 10 s: cmd/go-ycsb/main.go. */
const GRACE_S = 12;
const STOP_MS = GRACE_S * 1_000 + ASK_MS;
const MEMORY_BYTES = 512 * 1024 * 1024;
const NANO_CPUS = 1_000_000_000;
const PIDS_MAX = 512;
const LAST_LINES = 10;

/**
 * Until it ends, or is told to by the signal. Rejects with code "runtime" and its last lines when
 * it ends by itself with another exit code than 0. Nothing of it is left.
 */
export async function runLoadContainer(run: ContainerRun): Promise<void> {
  const { site, name } = run;
  await askEngine(site.engine, `running ${name} beside ${site.project}`, async () => {
    await removeEarlier(run);
    const container = await createContainer(run);
    try {
      await container.start({ abortSignal: AbortSignal.timeout(ASK_MS) });
      await followToEnd(run, container);
    } finally {
      await container.remove({ force: true, v: true });
    }
  });
}

type Container = ReturnType<Site["engine"]["client"]["getContainer"]>;

async function removeEarlier({ site, owner }: ContainerRun): Promise<void> {
  const { client } = site.engine;
  const label = [`${PROJECT_LABEL}=${site.project}`, `${OWNER_LABEL}=${owner}`];
  const found = await client.listContainers({ all: true, filters: { label } });
  await Promise.all(
    found.map(({ Id }) => client.getContainer(Id).remove({ force: true, v: true })),
  );
}

async function createContainer(run: ContainerRun): Promise<Container> {
  const { site, name, image, words, owner } = run;
  return site.engine.client.createContainer({
    Image: image,
    Cmd: [...words],
    Labels: { [PROJECT_LABEL]: site.project, [LOAD_LABEL]: name, [OWNER_LABEL]: owner },
    HostConfig: {
      NetworkMode: await networkOf(site),
      Memory: MEMORY_BYTES,
      NanoCpus: NANO_CPUS,
      PidsLimit: PIDS_MAX,
      SecurityOpt: ["no-new-privileges:true"],
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "2" } },
    },
    abortSignal: AbortSignal.timeout(ASK_MS),
  });
}

async function networkOf({ engine, project }: Site): Promise<string> {
  const filters = { label: [`${PROJECT_LABEL}=${project}`] };
  const [network] = await engine.client.listNetworks({ filters });
  if (network) return network.Id;
  throw new OperatorError("runtime", `the network of ${project} is gone`);
}

async function followToEnd(run: ContainerRun, container: Container): Promise<void> {
  const { name, signal } = run;
  const givenUp = new AbortController();
  const stop = () => {
    const abortSignal = AbortSignal.timeout(STOP_MS);
    // The log of what does not end would be followed for ever.
    container.stop({ t: GRACE_S, abortSignal }).catch(() => givenUp.abort());
  };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const lastLines = await followLines(run, { container, abortSignal: givenUp.signal });
  signal.removeEventListener("abort", stop);
  const { State } = await container.inspect({ abortSignal: AbortSignal.timeout(ASK_MS) });
  if (signal.aborted || (State.ExitCode === 0 && !State.Running)) return;
  const how = State.Running ? "its output was cut" : `exit code ${State.ExitCode}`;
  throw new OperatorError("runtime", `${name} ended by itself: ${how}`, {
    hint: lastLines.join("\n"),
  });
}

/** Resolves with the last lines when nothing more comes. */
async function followLines(
  { site, name, onLine }: ContainerRun,
  { container, abortSignal }: { readonly container: Container; readonly abortSignal: AbortSignal },
): Promise<readonly string[]> {
  const lastLines: string[] = [];
  await followContainer(site, {
    container: { id: container.id, service: name },
    signal: abortSignal,
    onLine: (line) => {
      lastLines.push(line);
      if (lastLines.length > LAST_LINES) lastLines.shift();
      onLine(line);
    },
  });
  return lastLines;
}
