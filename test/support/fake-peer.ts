// An HTTP server on loopback that answers by path what a test tells it to, and remembers who asked.

/** `body` as a 200; with `status` another one; "hang" never answers. */
export type FakeAnswer = { readonly body: string; readonly status?: number } | "hang";

export interface FakePeer extends AsyncDisposable {
  /** Without a trailing slash. */
  readonly url: string;
  readonly host: string;
  /** By path without the query; what is not there is a 404. May be changed at any time. */
  readonly answers: Map<string, FakeAnswer>;
  /** Paths with their queries, in the order in which they were asked for. */
  readonly asked: string[];
}

export function serveFakePeer(): FakePeer {
  const answers = new Map<string, FakeAnswer>();
  const asked: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch: (request) => {
      const { pathname, search } = new URL(request.url);
      asked.push(pathname + search);
      const answer = answers.get(pathname) ?? { body: "404 page not found\n", status: 404 };
      if (answer === "hang") return new Promise<Response>(() => undefined);
      return new Response(answer.body, { status: answer.status ?? 200 });
    },
  });
  const host = `127.0.0.1:${server.port}`;
  const close = () => server.stop(true);
  return { url: `http://${host}`, host, answers, asked, [Symbol.asyncDispose]: close };
}

/** As a paused process: it accepts, and answers nothing. */
export function silence({ answers }: FakePeer): void {
  for (const path of answers.keys()) answers.set(path, "hang");
}
