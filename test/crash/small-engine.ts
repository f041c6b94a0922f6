// An engine of three containers that are nothing but their state: it answers what the broker asks
// of a real one, on a socket of its own, and counts what it was told to do.
import { join } from "node:path";

/** The compose project that they belong to, and its services. */
export const PROJECT = "crash";
export const MEMBERS = ["one", "two", "three"] as const;

export interface SmallEngine extends AsyncDisposable {
  /** As DOCKER_HOST. */
  readonly host: string;
  /** `stop one`, in the order in which it was told. */
  readonly deeds: readonly string[];
  /** Called when it is told to do something, and before it does it. */
  onDeed: (deed: string) => void;
  stateOf(member: string): string;
}

const STATE_AFTER: Readonly<Record<string, string>> = {
  start: "running",
  stop: "exited",
  restart: "running",
  pause: "paused",
  unpause: "running",
};

export async function openSmallEngine(dir: string): Promise<SmallEngine> {
  const path = join(dir, "engine.sock");
  const states = new Map<string, string>(MEMBERS.map((name) => [name, "running"]));
  const startedAt = new Map<string, string>();
  const deeds: string[] = [];
  const server = Bun.serve({ unix: path, fetch: (request) => answer(request) });
  const engine: SmallEngine = {
    host: `unix://${path}`,
    deeds,
    onDeed: () => undefined,
    stateOf: (member) => states.get(member) ?? "gone",
    [Symbol.asyncDispose]: () => server.stop(true),
  };

  function answer({ url, method }: Request): Response {
    const { pathname, searchParams } = new URL(url);
    const [, kind, id = "", what = ""] = pathname.split("/");
    if (kind === "version") return Response.json({ Version: "24.0.0", ApiVersion: "1.43" });
    if (kind === "images") return Response.json({ Config: { Labels: {}, Env: [] } });
    if (id === "json") return Response.json(list(searchParams.get("filters") ?? "{}"));
    if (method === "GET") return Response.json(inspect(id));
    return act(id, what);
  }

  /** Helpers have other labels: there are none. */
  function list(filters: string): readonly unknown[] {
    const wanted: readonly string[] = JSON.parse(filters).label ?? [];
    const fits = (name: string) => {
      const known = [...Object.entries(labelsOf(name)).map((pair) => pair.join("=")), ONE_OFF];
      return wanted.every((label) => known.includes(label));
    };
    return MEMBERS.filter(fits).map((Id) => ({ Id, ImageID: "image", Labels: labelsOf(Id) }));
  }

  function inspect(name: string): unknown {
    const state = engine.stateOf(name);
    return {
      Id: name,
      Config: { Labels: labelsOf(name) },
      HostConfig: { NanoCpus: 0, Memory: 0, NetworkMode: "bridge" },
      State: {
        ...{ Status: state, Paused: state === "paused", OOMKilled: false, Error: "" },
        ...{ Pid: 1, ExitCode: 0, StartedAt: startedAt.get(name) ?? LONG_AGO },
      },
    };
  }

  function act(name: string, verb: string): Response {
    const deed = `${verb} ${name}`;
    deeds.push(deed);
    engine.onDeed(deed);
    states.set(name, STATE_AFTER[verb] ?? "gone");
    if (/start$/.test(verb)) startedAt.set(name, new Date().toISOString());
    return new Response(null, { status: 204 });
  }

  return engine;
}

const LONG_AGO = "2026-01-01T00:00:00Z";
const ONE_OFF = "com.docker.compose.oneoff=False";

function labelsOf(name: string): Readonly<Record<string, string>> {
  return { "com.docker.compose.project": PROJECT, "com.docker.compose.service": name };
}
