// A port belongs to one member: two of them must never take turns in answering.
import { expect, test } from "bun:test";
import { allocatePorts } from "../../../src/runtimes/local/ports.ts";
import { listen } from "../../../subjects/tikv/stand-in/pd/http/listen.ts";

const MAIN = new URL("../../../subjects/tikv/stand-in/pd/http/listen.ts", import.meta.url).pathname;

test("a port that another process serves is taken", async () => {
  const [port = 0] = await allocatePorts(1, "listen.test");
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore };
  const host = "127.0.0.1";
  using _server = listen({ name: "pd1", host, port, log, answer: async () => new Response("pd1") });
  const other = `
    const { listen } = await import(${JSON.stringify(MAIN)});
    const wanted = { name: "pd2", host: "${host}", port: ${port}, log: {} };
    try { listen({ ...wanted, answer: async () => new Response() }); }
    catch (error) { console.log(error.message); process.exit(7); }
  `;
  const child = Bun.spawn([process.execPath, "-e", other], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const timer = setTimeout(() => child.kill(), 10_000);
  expect(await child.stdout.text()).toBe(`serve pd2 on port ${port}\n`);
  expect(await child.exited).toBe(7);
  clearTimeout(timer);
});

function ignore(): void {}
