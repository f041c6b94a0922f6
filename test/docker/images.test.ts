import { expect, test } from "bun:test";
import { connectEngine } from "../../src/runtimes/docker/engine.ts";
import { checkImage } from "../../src/runtimes/docker/image-name.ts";
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

test.each([
  "redis",
  "pingcap/pd:v8.5.7",
  "localhost:5000/a/b_c.d--e:x",
  "[::1]:5000/pd",
  `quay.example/pd:1@sha256:${"0a".repeat(32)}`,
])("%p can be an image's name", (image) => {
  expect(checkImage("OPERATOR_IMAGE_PD", image)).toBe(image);
});

test.each(["a b c;", "Pd", "pd:", "/pd", "pd//x", "http://x/pd", "pd@sha256:0a", "-f", "a\nb"])(
  "%p cannot, and it is said where it came from",
  (image) => {
    const refusal = `OPERATOR_IMAGE_PD "${image}": no image can have this name`;
    expect(() => checkImage("OPERATOR_IMAGE_PD", image)).toThrow(refusal);
  },
);
