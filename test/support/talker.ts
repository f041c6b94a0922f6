// The program of a member that talks to others, by their addresses, and tells how it went. It is
// run from its text, in a container that holds nothing but a runtime.

import { existsSync, readFileSync, statfsSync } from "node:fs";

const HTTP_PORT = 8080;
const DATAGRAM_PORT = 9090;
const PATIENCE_MS = 1_500;

/** Datagrams by what was in them. */
const heard: Record<string, number> = {};
const socket = await Bun.udpSocket({
  port: DATAGRAM_PORT,
  socket: {
    data(_, bytes) {
      heard[String(bytes)] = (heard[String(bytes)] ?? 0) + 1;
    },
  },
});

const ROUTES: Record<string, (query: Record<string, string>) => unknown> = {
  health: () => "well",
  bytes: ({ n }) => "x".repeat(Number(n)),
  ask: ({ of = "", path = "" }) => ask(of, path),
  send: ({ to = "", text = "", n }) => send({ to, text, n: Number(n) }),
  heard: () => heard,
  limits: () => ({
    cpu: firstOf("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu.max"),
    memory: firstOf("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.max"),
  }),
  room: () => {
    const { bavail, bsize } = statfsSync("/data");
    return { bytes: bavail * bsize };
  },
};

Bun.serve({
  port: HTTP_PORT,
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const said = await ROUTES[pathname.slice(1)]?.(Object.fromEntries(searchParams));
    return typeof said === "string" ? new Response(said) : Response.json(said);
  },
});
process.on("SIGTERM", () => process.exit(0));

/** The connection is kept, and used again. */
async function ask(ip: string, path: string): Promise<unknown> {
  const url = `http://${ip}:${HTTP_PORT}/${path}`;
  const startedMs = performance.now();
  try {
    const answer = await (await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) })).text();
    return { isAnswered: true, tookMs: performance.now() - startedMs, bytes: answer.length };
  } catch {
    return { isAnswered: false, tookMs: performance.now() - startedMs, bytes: 0 };
  }
}

async function send(what: { to: string; text: string; n: number }): Promise<unknown> {
  for (let sent = 0; sent < what.n; sent += 1) {
    try {
      socket.send(what.text, DATAGRAM_PORT, what.to);
    } catch {
      // EPERM: dropped on its way out.
    }
    // So that no buffer overflows.
    if (sent % 20 === 0) await Bun.sleep(1);
  }
  return {};
}

function firstOf(...paths: readonly string[]): string | undefined {
  return paths.filter(existsSync).map((path) => readFileSync(path, "utf8").trim())[0];
}
