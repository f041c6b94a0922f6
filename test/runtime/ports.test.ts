import { expect, test } from "bun:test";
import { createServer } from "node:net";
import { allocatePorts, isPortFree } from "../../src/runtimes/local/ports.ts";

test("ports are distinct, free, and outside of what systems give to connections", async () => {
  const ports = await allocatePorts(20, "a home");
  expect(new Set(ports).size).toBe(20);
  expect(await Promise.all(ports.map(isPortFree))).toEqual(ports.map(() => true));
  for (const port of ports) expect(port >= 21_000 && port < 32_000).toBe(true);
});

test("a port that somebody listens on is passed over", async () => {
  const [first = 0] = await allocatePorts(1, "another home");
  const squatter = createServer().listen(first, "127.0.0.1");
  await new Promise((resolve) => squatter.once("listening", resolve));
  expect(await isPortFree(first)).toBe(false);
  expect(await allocatePorts(3, "another home")).not.toContain(first);
  squatter.close();
});
