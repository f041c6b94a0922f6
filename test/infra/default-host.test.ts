// Which engine root's docker asks behind sudo, where no variable names one.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostWithoutName } from "../../src/runtimes/docker/default-host.ts";

const home = mkdtempSync(join(tmpdir(), "operator-docker-"));
afterAll(() => rmSync(home, { recursive: true }));

const SYSTEMS = "unix:///var/run/docker.sock";

test.each([
  [undefined, SYSTEMS],
  ['{"auths":{}}', SYSTEMS],
  ['{"currentContext":"default"}', SYSTEMS],
  ['{"currentContext":"elsewhere"}', undefined],
  ["not json", undefined],
])("with the configuration %p it asks %p", (text, host) => {
  const folder = join(home, ".docker");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  if (text !== undefined) writeFileSync(join(folder, "config.json"), text);
  expect(hostWithoutName(home)).toBe(host);
});
