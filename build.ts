// Builds the one executable: dist/operator for this platform, or, with --all, one for each platform
// that is published, with SHA256SUMS beside them.
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { BunPlugin } from "bun";

const PLATFORMS = [
  "linux-x64",
  "linux-arm64",
  "darwin-x64",
  "darwin-arm64",
  "windows-x64",
] as const;
const OUT = join(import.meta.dir, "dist");

type Platform = (typeof PLATFORMS)[number];

if (import.meta.main) await (process.argv.includes("--all") ? buildAll() : buildFor(undefined));

export interface CompileOptions {
  readonly entrypoint: string;
  readonly outfile: string;
  /** This one when it is absent. */
  readonly platform?: Platform | undefined;
  /** For a test that has something else in place of a module. */
  readonly plugins?: BunPlugin[];
}

/** One executable of an entry and everything that it imports. Throws when it cannot be built. */
export async function compile(options: CompileOptions): Promise<void> {
  const { entrypoint, outfile, platform, plugins = [] } = options;
  await Bun.build({
    entrypoints: [entrypoint],
    plugins,
    compile: {
      outfile,
      autoloadDotenv: false,
      autoloadBunfig: false,
      ...(platform ? { target: `bun-${platform}` as const } : {}),
    },
    bytecode: true,
    minify: true,
    format: "cjs",
  });
}

async function buildAll(): Promise<void> {
  const outputs: string[] = [];
  for (const platform of PLATFORMS) outputs.push(await buildFor(platform));
  const lines = await Promise.all(outputs.map(checksumLine));
  await Bun.write(join(OUT, "SHA256SUMS"), `${lines.join("\n")}\n`);
}

async function buildFor(platform: Platform | undefined): Promise<string> {
  const isWindows = platform ? platform.startsWith("windows") : process.platform === "win32";
  const name = `operator${platform ? `-${platform}` : ""}${isWindows ? ".exe" : ""}`;
  const outfile = join(OUT, name);
  await compile({ entrypoint: join(import.meta.dir, "src", "main.ts"), outfile, platform });
  await removeLeftovers();
  console.log(`built ${join("dist", name)}`);
  return outfile;
}

/** The compiler leaves `.bun-build` temporaries in the working directory when it is interrupted. */
async function removeLeftovers(): Promise<void> {
  const names = await readdir(import.meta.dir);
  const leftovers = names.filter((name) => name.endsWith(".bun-build"));
  await Promise.all(leftovers.map((name) => rm(join(import.meta.dir, name), { force: true })));
}

async function checksumLine(path: string): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256").update(await Bun.file(path).arrayBuffer());
  return `${hash.digest("hex")}  ${path.slice(OUT.length + 1)}`;
}
