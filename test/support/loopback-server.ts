// A TCP server on a free loopback port that answers with whatever bytes a test wants, HTTP or not.
import { createServer, type Server, type Socket } from "node:net";

export interface LoopbackServer extends AsyncDisposable {
  readonly port: number;
  /** With a trailing slash. */
  readonly url: string;
}

/** `port` 0 or absent picks a free one. Disposing ends every connection. */
export async function serveSockets(
  onSocket: (socket: Socket) => void,
  port = 0,
): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    onSocket(socket);
  });
  const boundPort = await listen(server, port);
  return {
    port: boundPort,
    url: `http://127.0.0.1:${boundPort}/`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers every request with these bytes and then closes the connection. */
export function serveBytes(bytes: string, port?: number): Promise<LoopbackServer> {
  return serveSockets((socket) => socket.once("data", () => socket.end(bytes)), port);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") return reject(new Error("no port"));
      resolve(address.port);
    });
  });
}
