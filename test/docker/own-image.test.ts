// One name for our own image wherever it is said, and it carries our version.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";
import { version } from "../../package.json";
import { OWN_IMAGE } from "../../src/runtimes/docker/own-image.ts";

const ROOT = join(import.meta.dir, "..", "..");
const SAID = /\boperator:\d+\.\d+\.\d+\b/g;

test("our own image has one name, with the version of the package", async () => {
  expect(OWN_IMAGE).toBe(`operator:${version}`);
  const files = ["README.md", "docker/*", "subjects/*/compose.yaml"].flatMap((pattern) => [
    ...new Glob(pattern).scanSync(ROOT),
  ]);
  const texts = await Promise.all(files.map((file) => Bun.file(join(ROOT, file)).text()));
  const said = new Set(texts.flatMap((text) => text.match(SAID) ?? []));
  expect([...said]).toEqual([OWN_IMAGE]);
});
