// The sandbox's inner side: listens where the subject's addresses are, takes each connection to the
// door, and runs the command; and the programs that are asked for outside.

import { connect, createServer, type Server, type Socket } from "node:net";
import type { OutputName } from "./child.ts";
import { PROGRAMS_INSIDE } from "./sandbox-folder.ts";
import { CONNECTED, type DoorRequest, type RelayPlan, readAnswer } from "./sandbox-protocol.ts";

/** The outer sh tells of a signal, too: by a code, and in words. */
const AS_SH_TELLS = '/bin/sh -c "$1"; exit $?';
/** In front of a word that sh has itself, a program of the same name. */
const ASKED_KILL = `kill() { ${PROGRAMS_INSIDE}/kill "$@"; }; `;
/** The door does not let it through. */
const NOT_ALLOWED = 126;

/** Resolves with the command's exit code, as sh would tell it. */
export async function runBehindDoor(command: string, plan: RelayPlan): Promise<number> {
  await Promise.all(plan.listen.map((place) => relay(place, plan.door)));
  return Bun.spawn(["/bin/sh", "-c", AS_SH_TELLS, "sh", `${ASKED_KILL}${command}`], {
    stdio: ["inherit", "inherit", "inherit"],
  }).exited;
}

export interface Asking {
  readonly door: string;
  /** One line or several, without the last one's end. False when nobody reads them any more. */
  readonly onLines: (lines: string, stream: OutputName) => boolean;
}

/**
 * Has a program run outside. Resolves with its exit code; with 126 where the door is shut, or the
 * reader is gone: then the program is ended.
 */
export async function askOutside(words: readonly string[], asking: Asking): Promise<number> {
  const socket = knock(asking.door, { ask: [...words] });
  const exitCode = await hearOut(socket, asking).catch(() => NOT_ALLOWED);
  socket.destroy();
  return exitCode;
}

async function hearOut(socket: Socket, { onLines }: Asking): Promise<number> {
  let rest = "";
  socket.setEncoding("utf8");
  for await (const chunk of socket) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const said = readAnswer(line);
      if (said && "exitCode" in said) return said.exitCode;
      if (said && !onLines(said.lines, said.stream)) return NOT_ALLOWED;
    }
  }
  return NOT_ALLOWED;
}

/** Where it may not listen nobody answers. */
function relay({ ip, port, for: name }: RelayPlan["listen"][number], door: string): Promise<void> {
  const server: Server = createServer({ allowHalfOpen: true }, (client) => {
    client.pause();
    bridge(client, knock(door, { connect: name }));
  });
  return new Promise((resolve) => {
    server.once("error", () => resolve());
    server.listen(port, ip, () => resolve());
  });
}

function knock(door: string, request: DoorRequest): Socket {
  const socket = connect({ path: door, allowHalfOpen: true });
  socket.once("connect", () => socket.write(`${JSON.stringify(request)}\n`));
  return socket;
}

/** A connection that does not come about is seen as one that is reset. */
function bridge(client: Socket, door: Socket): void {
  client.on("error", () => client.destroy());
  door.on("error", () => client.resetAndDestroy());
  client.once("close", () => door.destroy());
  let isConnected = false;
  const refuse = () => {
    if (!isConnected) client.resetAndDestroy();
  };
  door.once("end", refuse);
  door.once("close", () => {
    refuse();
    client.destroy();
  });
  door.once("data", (first: Buffer) => {
    door.pause();
    isConnected = true;
    const rest = first.subarray(CONNECTED.length);
    if (rest.length > 0) client.write(rest);
    door.pipe(client);
    client.pipe(door);
  });
}
