// The store's key-value port, in place of TiKV's gRPC: reads and writes from clients, Raft messages
// from the other stores.
import type { z } from "zod";
import { getRequestSchema, KV_PATHS, putRequestSchema } from "../protocol.ts";
import { getKey, putKey } from "./key-value.ts";
import type { Store } from "./store.ts";

/** Throws on a malformed body; the server answers 500 then. */
export async function answerKeyValue(store: Store, request: Request): Promise<Response> {
  if (request.method !== "POST") return new Response("path not found", { status: 404 });
  switch (new URL(request.url).pathname) {
    case KV_PATHS.get:
      return Response.json(await getKey(store, await bodyOf(request, getRequestSchema)));
    case KV_PATHS.put:
      return Response.json(await putKey(store, await bodyOf(request, putRequestSchema)));
    case KV_PATHS.raft:
      return raft(store, await request.text());
    default:
      return new Response("path not found", { status: 404 });
  }
}

async function bodyOf<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  return schema.parse(await request.json());
}

function raft(store: Store, body: string): Response {
  if (!store.cluster) return new Response("not joined yet", { status: 503 });
  return new Response(store.cluster.host.handleHttp(body));
}
