// A way to the engine that can be cut, fall silent, or let everything through but events.
import { connect, createServer, type Socket } from "node:net";
import { testEngine } from "./docker-engine.ts";

export interface EngineDetour extends Disposable {
  /** As DOCKER_HOST. */
  readonly host: string;
  /** `cut`: nobody gets through. `silent`: connections stay, and nothing is said on them. */
  state: "open" | "no_events" | "silent" | "cut";
  /** Ends the connections that there are. */
  hangUp(): void;
}

let detours = 0;

export async function openDetour(): Promise<EngineDetour> {
  const engine = (await testEngine()).host.slice("unix://".length);
  detours += 1;
  const path = `${engine}-${detours}`;
  const sockets = new Set<Socket>();
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };
  const detour: EngineDetour = {
    host: `unix://${path}`,
    state: "open",
    hangUp,
    [Symbol.dispose]() {
      hangUp();
      server.close();
    },
  };
  const server = createServer((near) => {
    const far = connect(engine);
    const pipe = (from: Socket, to: Socket) => {
      sockets.add(from);
      from.on("data", (bytes) => {
        if (isRefused(bytes, detour.state)) return void near.destroy();
        if (detour.state !== "silent") to.write(bytes);
      });
      from.on("close", () => to.destroy());
      from.on("error", () => to.destroy());
    };
    pipe(near, far);
    pipe(far, near);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return detour;
}

function isRefused(bytes: Buffer, state: EngineDetour["state"]): boolean {
  return state === "cut" || (state === "no_events" && bytes.includes("GET /events"));
}
