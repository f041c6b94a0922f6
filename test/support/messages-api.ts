// A service on loopback that speaks the Messages API with server-sent events, from a script. It
// keeps what it was asked, and refuses what the real one refuses. Replies are built in
// messages-api-replies.ts; ANTHROPIC_BASE_URL pointed at `url` makes the real binary talk to it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import {
  message,
  refusedWith,
  type ScriptedReply,
  says,
  toEvents,
} from "./messages-api-replies.ts";
import { signedBy, whatIsWrong } from "./messages-api-rules.ts";

const BODY = z.looseObject({
  model: z.string(),
  messages: z.array(z.record(z.string(), z.json())),
});

export interface RecordedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As sent, parsed. */
  readonly body: z.infer<typeof BODY>;
}

export interface MessagesApiOptions {
  /** In order, or chosen by request. A request beyond the last reply is refused with 400. */
  readonly script:
    | readonly ScriptedReply[]
    | ((request: RecordedRequest, index: number) => ScriptedReply);
  /** For requests to a haiku model, which take nothing from the script. */
  readonly condenser?: ScriptedReply;
}

export interface MessagesApi extends AsyncDisposable {
  readonly url: string;
  /** In the order of their arrival, the condenser's too. Grows while the service runs. */
  readonly requests: readonly RecordedRequest[];
  /** How many replies the other side closed before their end. */
  hangUps(): number;
  /** Ends every connection, whatever state it is in. */
  stop(): Promise<void>;
}

interface Service {
  readonly options: MessagesApiOptions;
  readonly requests: RecordedRequest[];
  readonly signed: Set<string>;
  hangUps: number;
}

export async function startMessagesApi(options: MessagesApiOptions): Promise<MessagesApi> {
  const service: Service = { options, requests: [], signed: new Set(), hangUps: 0 };
  const server = createServer((incoming, response) => answer(service, { incoming, response }));
  const url = `http://127.0.0.1:${await listen(server)}`;
  const stop = () => stopServer(server);
  return {
    url,
    requests: service.requests,
    hangUps: () => service.hangUps,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The requests to all models but the condenser's. */
export function scriptedRequests(api: MessagesApi): readonly RecordedRequest[] {
  return api.requests.filter((request) => !isForCondenser(request));
}

async function answer(
  service: Service,
  exchange: { readonly incoming: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const request = await readRequest(exchange.incoming);
  service.requests.push(request);
  const count = service.requests.length;
  const reply = refusalOf(service, request) ?? chooseReply(service, request);
  for (const thinking of signedBy(reply)) service.signed.add(thinking);
  exchange.response.on("close", () => {
    if (!exchange.response.writableEnded) service.hangUps += 1;
  });
  await send(exchange.response, reply, count);
}

async function readRequest(incoming: IncomingMessage): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const body = BODY.parse(JSON.parse(Buffer.concat(chunks).toString()));
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return { path: incoming.url ?? "", headers: Object.fromEntries(headers), body };
}

function refusalOf({ signed }: Service, request: RecordedRequest): ScriptedReply | undefined {
  if (!request.headers.authorization && !request.headers["x-api-key"]) {
    return refusedWith({ status: 401, type: "authentication_error", message: "no key" });
  }
  const wrong = whatIsWrong(request.body, signed);
  return wrong === undefined ? undefined : badRequest(wrong);
}

function chooseReply({ options, requests }: Service, request: RecordedRequest): ScriptedReply {
  if (isForCondenser(request)) return options.condenser ?? message([says("condensed")]);
  const index = requests.filter((other) => !isForCondenser(other)).length - 1;
  if (typeof options.script === "function") return options.script(request, index);
  return options.script[index] ?? badRequest(`the script has no reply ${index + 1}`);
}

function isForCondenser(request: RecordedRequest): boolean {
  return request.body.model.startsWith("claude-haiku");
}

function badRequest(text: string): ScriptedReply {
  return refusedWith({ status: 400, type: "invalid_request_error", message: text });
}

async function send(response: ServerResponse, reply: ScriptedReply, count: number): Promise<void> {
  if (reply.type === "raw") {
    response.writeHead(reply.status, reply.headers);
    response.end(reply.body);
    return;
  }
  const events = toEvents(reply, count);
  const sent = events.slice(0, reply.ending.type === "whole" ? events.length : reply.ending.after);
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  for (const event of sent) {
    if (reply.paceMs > 0) await Bun.sleep(reply.paceMs);
    await write(response, `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }
  if (reply.ending.type === "whole" || reply.ending.type === "end") response.end();
  if (reply.ending.type === "cut") response.socket?.destroy();
}

function write(response: ServerResponse, text: string): Promise<void> {
  return new Promise((resolve) => response.write(text, () => resolve()));
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") return reject(new Error("no port"));
      resolve(address.port);
    });
  });
}

function stopServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
