// Our own image, made from docker/operator.Dockerfile as it is by the engine's own builder, on a
// base from nothing. What Debian's packages would add is left out: there is no registry here.
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtOperator } from "./built-operator.ts";
import { testEngine } from "./docker-engine.ts";
import { makeImage, programHere } from "./docker-images.ts";

const FILE = join(import.meta.dir, "..", "..", "docker", "operator.Dockerfile");
const BASE = "operator-test/base:1";
const NAME = "operator-test/operator-of-dockerfile:1";

let image: Promise<string> | undefined;

/** Its name; made once for the run. */
export function dockerfileImage(): Promise<string> {
  image ??= build();
  return image;
}

async function build(): Promise<string> {
  const { client } = await testEngine();
  const tools = ["mkdir", "chown", "chmod"].map((name) => [`bin/${name}`, programHere(name)]);
  const users = ["etc/passwd", "etc/group"].map((path) => [path, `/${path}`]);
  // It brings the libraries of our executable, and serves as a hostile client in its container.
  const runner = ["bin/bun", process.execPath];
  const programs = Object.fromEntries([["bin/sh", "/bin/sh"], runner, ...tools, ...users]);
  await makeImage(client, { name: BASE, programs });
  const context = await mkdtemp(join(tmpdir(), "operator-context-"));
  try {
    await mkdir(join(context, "dist"));
    await cp(await builtOperator(), join(context, "dist", "operator"));
    await cp(FILE, join(context, "Dockerfile"));
    await buildIn(context);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  return NAME;
}

async function buildIn(context: string): Promise<void> {
  const { client } = await testEngine();
  const stream = await client.buildImage(
    { context, src: ["Dockerfile", "dist/operator"] },
    { t: NAME, buildargs: { BASE, PACKAGES: "" }, networkmode: "none" },
  );
  await new Promise<void>((resolve, reject) => {
    const onEnd = (error: Error | null, output: { error?: string }[]) => {
      const failure = error?.message ?? output.find((event) => event.error)?.error;
      if (failure === undefined) resolve();
      else reject(new Error(`building ${FILE}: ${failure}`));
    };
    client.modem.followProgress(stream, onEnd);
  });
}
