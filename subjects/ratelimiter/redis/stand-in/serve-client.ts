// One client's requests, in their order. A script that takes long holds up those behind it, and
// lets other clients be told so.
import type { Client } from "./client.ts";
import { isRunning } from "./command.ts";
import { execute } from "./execute.ts";
import { drive } from "./script-run.ts";
import { nowMsOf, type RedisServer } from "./server.ts";
import { settingNumber } from "./settings.ts";
import { errorReply, type Reply } from "./wire/reply.ts";

/** Answers what can be answered now. To be called when bytes have come or gone. */
export function serveClient(server: RedisServer, client: Client): void {
  client.flush();
  while (client.canBeServed) {
    const request = client.reader.next();
    if (!request) break;
    if (request.type === "broken") {
      client.answer(errorReply(request.reason));
      client.end();
    } else if (isFromBrowser(request.words)) {
      server.log(`${client.address} speaks HTTP: its connection is ended`);
      client.terminate();
    } else serveRequest(server, client, request.words);
    // The socket may take all of it at once, and then nobody would come back to us.
    if (client.isFull) client.flush();
  }
  client.flush();
}

function serveRequest(server: RedisServer, client: Client, words: readonly string[]): void {
  const startedMs = performance.now();
  client.lastAtMs = nowMsOf(server);
  const done = execute({ server, client, words });
  const finish = (reply: Reply) => {
    noteSlow(server, client, { words, durationMs: performance.now() - startedMs });
    client.answer(reply);
  };
  if (!isRunning(done)) {
    finish(done);
    return;
  }
  const { settings, scripts } = server;
  const reply = drive({
    running: done,
    // 0 stands for never: redis.conf of 7.0, busy-reply-threshold
    patienceMs: settingNumber(settings, "lua-time-limit") || Number.POSITIVE_INFINITY,
    isKilled: () => scripts.run?.isKilled ?? false,
  });
  if (!(reply instanceof Promise)) {
    finish(reply);
    return;
  }
  client.isBlocked = true;
  void reply.then((late) => {
    finish(late);
    client.isBlocked = false;
    serveClient(server, client);
  });
}

/** A web page can make a browser send a form to any port: its lines are no commands. */
function isFromBrowser([first = ""]: readonly string[]): boolean {
  return /^(?:post|host:)$/i.test(first);
}

interface Done {
  readonly words: readonly string[];
  readonly durationMs: number;
}

function noteSlow(server: RedisServer, client: Client, { words, durationMs }: Done): void {
  const { settings, slowLog } = server;
  const durationUs = Math.round(durationMs * 1_000);
  const slowUs = settingNumber(settings, "slowlog-log-slower-than");
  if (slowUs < 0 || durationUs < slowUs) return;
  const endedAtS = Math.floor(nowMsOf(server) / 1_000);
  const { address, name } = client;
  const most = settingNumber(settings, "slowlog-max-len");
  slowLog.add({ endedAtS, durationUs, words, address, name }, most);
}
