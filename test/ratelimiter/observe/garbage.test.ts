// Peers that answer what no node, and no Redis, answers: a look is made of it, and nothing rejects.
import { expect, test } from "bun:test";
import type { FakeAnswer } from "../../support/fake-peer.ts";
import { serveFakePeer } from "../../support/fake-peer.ts";
import { allIn, stateOf } from "../../support/limiter-looks.ts";
import { watchSite } from "../../support/limiter-site.ts";

const PATHS = ["/check", "/health", "/api/settings", "/api/limits", "/api/usage"];

const GARBAGE: readonly (readonly [what: string, answer: FakeAnswer])[] = [
  ["HTML", { body: "<html><body>502 Bad Gateway</body></html>" }],
  ["half a body", { body: '{"node":"node1","status":"o' }],
  ["JSON of another form", { body: '{"allowed":"yes","redis":7}' }],
  ["an error", { body: '{"error":{"code":"x","message":"y"}}', status: 500 }],
  ["20 MB", { body: " ".repeat(20 * 1024 * 1024) }],
];

for (const [what, answer] of GARBAGE) {
  test(`a node that answers ${what} lives, decides nothing, and cannot be seen`, async () => {
    await using peer = serveFakePeer();
    for (const path of PATHS) peer.answers.set(path, answer);
    const port = Number(new URL(peer.url).port);
    const nodes = [{ name: "node1", apiPort: port, managePort: port }];
    const seen = await watchSite({ redisPort: port, nodes }).look();
    expect(stateOf(seen, "node_down", "node1")).not.toBe("violated");
    expect(stateOf(seen, "cannot_see", "limiter")).toBe("violated");
    expect(stateOf(seen, "clock_skew", "node1")).toBe("unknown");
    expect(JSON.stringify(seen).length).toBeLessThan(20_000);
  });
}

test("the silence of all is blindness", async () => {
  await using peer = serveFakePeer();
  for (const path of PATHS) peer.answers.set(path, "hang");
  const port = Number(new URL(peer.url).port);
  const nodes = [{ name: "node1", apiPort: port, managePort: port }];
  const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const seen = await watchSite({ redisPort: silent.port, nodes }).look(300);
  silent.stop(true);
  expect(allIn(seen, "violated")).toEqual(["cannot_see/limiter"]);
});
