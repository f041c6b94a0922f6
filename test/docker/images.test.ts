import { expect, test } from "bun:test";
import { connectEngine } from "../../src/runtimes/docker/engine.ts";
import { findImage, pullImage } from "../../src/runtimes/docker/images.ts";
import { noEngine, testEngine } from "../support/docker-engine.ts";
import { serveRegistry } from "../support/loopback-registry.ts";

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;

test.skipIf(noEngine !== undefined)(
  `a missing image is pulled, layer by layer${NAMED}`,
  async () => {
    await using registry = await serveRegistry();
    const { image } = registry;
    const engine = await connectEngine((await testEngine()).host);
    expect(await findImage(engine, image)).toBeUndefined();
    const lines: string[] = [];
    const signal = new AbortController().signal;
    await pullImage(engine, { name: image, signal, say: (line) => void lines.push(line) });
    expect(await findImage(engine, image)).toEqual({ isStandIn: false, timeScale: 1 });
    expect(lines.every((line) => line.startsWith(`pulling ${image}: `))).toBe(true);
    expect(lines.join("\n")).toMatch(/: [0-9a-f]{12} Pull complete$/m);
    expect(new Set(lines).size).toBe(lines.length);
  },
);

test.skipIf(noEngine !== undefined)(`a pull can be interrupted${NAMED}`, async () => {
  const engine = await connectEngine((await testEngine()).host);
  await using silent = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Promise(() => {}),
  });
  const name = `127.0.0.1:${silent.port}/never:1`;
  const pull = pullImage(engine, { name, signal: AbortSignal.timeout(200), say: () => undefined });
  await expect(pull).rejects.toMatchObject({
    code: "interrupted",
    message: `pulling ${name}: interrupted`,
  });
});
