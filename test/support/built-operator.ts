// The executable as it is published, for tests that play it: built when a test first asks for it,
// and removed after the last test of the run.
import { afterAll } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "../../build.ts";

const MAIN = join(import.meta.dir, "..", "..", "src", "main.ts");
const HOSTILE = join(import.meta.dir, "hostile-operator.ts");

let directory: Promise<string> | undefined;
const built = new Map<string, Promise<string>>();

// bunfig.toml loads this file before every other one: so this is the end of the whole run.
afterAll(async () => {
  if (directory) await rm(await directory, { recursive: true, force: true });
});

/** Its path. */
export function builtOperator(): Promise<string> {
  return builtFrom(MAIN, "operator");
}

/** The same, but what its children write is more, and worse, than they have to say. */
export function builtHostileOperator(): Promise<string> {
  return builtFrom(HOSTILE, "hostile-operator");
}

function builtFrom(entrypoint: string, name: string): Promise<string> {
  const path = built.get(name) ?? build(entrypoint, name);
  built.set(name, path);
  return path;
}

async function build(entrypoint: string, name: string): Promise<string> {
  directory ??= mkdtemp(join(tmpdir(), "operator-built-"));
  const outfile = join(await directory, name);
  await compile({ entrypoint, outfile });
  return outfile;
}
