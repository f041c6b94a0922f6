// The executable as it is published, for tests that play it: built when a test first asks for it,
// and removed after the last test of the run.
import { afterAll } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BunPlugin } from "bun";
import { compile } from "../../build.ts";
import { exchangeModules } from "../crash/exchange-modules.ts";

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

/** The same, with lamps for a subject and a clock that can hurry. */
export function builtCrashOperator(): Promise<string> {
  return builtFrom(MAIN, "crash-operator", [exchangeModules]);
}

function builtFrom(entrypoint: string, name: string, plugins?: BunPlugin[]): Promise<string> {
  const path = built.get(name) ?? build({ entrypoint, name, plugins });
  built.set(name, path);
  return path;
}

interface Built {
  readonly entrypoint: string;
  readonly name: string;
  readonly plugins?: BunPlugin[] | undefined;
}

async function build({ entrypoint, name, plugins }: Built): Promise<string> {
  directory ??= mkdtemp(join(tmpdir(), "operator-built-"));
  const outfile = join(await directory, name);
  await compile({ entrypoint, outfile, ...(plugins ? { plugins } : {}) });
  return outfile;
}
