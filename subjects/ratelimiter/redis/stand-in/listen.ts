// The port: connections are let in up to the limit, and each is served request by request.
import type { Socket, TCPSocketListener } from "bun";
import { messageOf, OperatorError } from "../../../../src/domain/errors.ts";
import { Client } from "./client.ts";
import { serveClient } from "./serve-client.ts";
import { nowMsOf, type RedisServer } from "./server.ts";
import { settingNumber } from "./settings.ts";

interface Session {
  client: Client | undefined;
}

/** Until it is stopped. Throws code "runtime" when the port is taken. */
export function listen(server: RedisServer): TCPSocketListener<Session> {
  let ids = 0;
  try {
    return Bun.listen<Session>({
      hostname: "127.0.0.1",
      port: server.port,
      // For one that is turned away: writing to it may fail before it has a session of its own.
      data: { client: undefined },
      socket: {
        open(socket) {
          ids += 1;
          socket.data = { client: admit(server, socket, ids) };
        },
        data({ data: { client } }, bytes) {
          client?.reader.add(bytes);
          if (client) serveClient(server, client);
        },
        drain({ data: { client } }) {
          if (client) serveClient(server, client);
        },
        close: ({ data: { client } }) => leave(server, client),
        error: ({ data: { client } }) => leave(server, client),
      },
    });
  } catch (cause) {
    throw new OperatorError("runtime", `serving redis on port ${server.port}: ${messageOf(cause)}`);
  }
}

/** Undefined for one that is turned away. */
function admit(server: RedisServer, socket: Socket<Session>, id: number): Client | undefined {
  const { clients, counts, settings } = server;
  if (clients.size >= settingNumber(settings, "maxclients")) {
    counts.rejected += 1;
    socket.end("-ERR max number of clients reached\r\n");
    return undefined;
  }
  counts.connections += 1;
  const client = new Client(socket, { id, nowMs: nowMsOf(server) });
  clients.set(id, client);
  return client;
}

function leave({ clients }: RedisServer, client: Client | undefined): void {
  if (client) clients.delete(client.id);
}
