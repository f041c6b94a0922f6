// The store's status server, as TiKV answers on port 20180 (src/server/status_server/mod.rs), and
// the stand-in's own switch for faults below /stand-in/failpoints/.
import { z } from "zod";
import { parseJsonText } from "../../../../src/infra/json-text.ts";
import { metricsPage } from "./metrics.ts";
import { regionMeta } from "./region-meta.ts";
import { FAILPOINTS, type Failpoint, refreshDisk, type Store } from "./store.ts";

const changeSchema = z.record(z.string(), z.unknown());

export async function answerStatus(store: Store, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const [, first = "", second = "", third = ""] = url.pathname.split("/");
  if (first === "stand-in" && second === "failpoints") return setFailpoint(store, request, third);
  if (request.method === "POST" && url.pathname === "/config") {
    return changeConfig(store, request, url.searchParams.get("persist") !== "false");
  }
  if (request.method !== "GET") return pathNotFound();
  if (first === "region") return region(store, second);
  switch (url.pathname) {
    case "/status":
      return new Response("");
    case "/metrics":
      return metrics(store, request);
    case "/config":
      return Response.json(store.config.describe());
    case "/engine_type":
      return new Response("raft-kv");
    default:
      return pathNotFound();
  }
}

/** Compressed for whoever accepts it. */
function metrics(store: Store, request: Request): Response {
  const page = metricsPage(store);
  const headers = new Headers({ "Content-Type": "text/plain; version=0.0.4" });
  const isAccepted = request.headers.get("accept-encoding")?.includes("gzip") === true;
  if (!isAccepted) return new Response(page, { headers });
  headers.set("Content-Encoding", "gzip");
  return new Response(Bun.gzipSync(page), { headers });
}

function region(store: Store, id: string): Response {
  const found = store.cluster?.regions.find((held) => String(held.region.id) === id);
  return found
    ? Response.json(regionMeta(found))
    : new Response(`region(${id}) not found`, { status: 404 });
}

async function changeConfig(
  store: Store,
  request: Request,
  isPersisted: boolean,
): Promise<Response> {
  const change = changeSchema.safeParse(parseJsonText(await request.text()));
  if (!change.success)
    return new Response("failed to decode, error: not an object", { status: 400 });
  const refusal = store.config.change(change.data, { isPersisted });
  if (refusal !== undefined) {
    return new Response(`failed to update, error: "${refusal}"`, { status: 500 });
  }
  refreshDisk(store);
  return new Response("");
}

/**
 * PUT with a number as body sets it, DELETE takes it away; GET shows it, 404 when it is not set.
 */
async function setFailpoint(store: Store, request: Request, name: string): Promise<Response> {
  const failpoint = FAILPOINTS.find((known) => known === name);
  if (failpoint === undefined) return pathNotFound();
  if (request.method === "GET") return showFailpoint(store, failpoint);
  const value = Number(await request.text());
  if (request.method === "DELETE") store.failpoints.delete(failpoint);
  else if (request.method === "PUT" && value >= 0) store.failpoints.set(failpoint, value);
  else return new Response("PUT a number of at least 0, or DELETE", { status: 400 });
  refreshDisk(store);
  return new Response("");
}

function showFailpoint(store: Store, failpoint: Failpoint): Response {
  const value = store.failpoints.get(failpoint);
  return value === undefined ? new Response("not set", { status: 404 }) : new Response(`${value}`);
}

function pathNotFound(): Response {
  return new Response("path not found", { status: 404 });
}
