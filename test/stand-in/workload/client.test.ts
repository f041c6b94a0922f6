// What the client of the stores sends, seen by a store that is scripted.
import { expect, test } from "bun:test";
import { putRequestSchema } from "../../../subjects/tikv/stand-in/protocol.ts";
import { createStoreClient, REQUEST_MS } from "../../../subjects/tikv/workload/client.ts";
import { hurriedClock } from "../../support/hurried-clock.ts";

test("a write says until when its client waits for it", async () => {
  const clock = hurriedClock();
  const bodies: unknown[] = [];
  await using server = serve(async (request) => {
    bodies.push(putRequestSchema.parse(await request.json()));
    return Response.json({ type: "written" });
  });
  const client = createStoreClient({ addresses: [server.address], clock });
  const expires_at_ms = clock.now() + REQUEST_MS;
  expect(await client.put("apple", "1")).toEqual({ state: "done", value: null });
  expect(bodies).toEqual([{ key: "apple", value: "1", expires_at_ms }]);
});

test("a write that a store came to too late did not happen", async () => {
  await using server = serve(async () => Response.json({ type: "expired" }));
  const client = createStoreClient({ addresses: [server.address], clock: hurriedClock() });
  expect(await client.put("apple", "1")).toMatchObject({ state: "refused" });
});

function serve(fetch: (request: Request) => Promise<Response>) {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
  return {
    address: `127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
