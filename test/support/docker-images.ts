// Images from nothing: programs of this machine, with the libraries that they need, in one layer.
import { chmod, cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type Docker from "dockerode";

export interface ImagePlan {
  /** `name:tag`. */
  readonly name: string;
  /** Files of this machine, by their path in the image; what they are linked to comes along. */
  readonly programs: Readonly<Record<string, string>>;
  /** Directories in which every user may write, beside `tmp`. */
  readonly open?: readonly string[];
  /** As lines of a Dockerfile: `ENTRYPOINT ["/pd-server"]`. */
  readonly changes?: readonly string[];
}

export async function makeImage(client: Docker, plan: ImagePlan): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "operator-image-"));
  try {
    for (const [place, file] of Object.entries(plan.programs)) {
      await put(file, join(root, place));
      for (const library of await librariesOf(file)) await put(library, join(root, library));
    }
    for (const place of ["tmp", ...(plan.open ?? [])]) await open(join(root, place));
    await importTree(client, { root, plan });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Its path on this machine; throws where it is not installed. */
export function programHere(name: string): string {
  const found = findProgram(name);
  if (found) return found;
  throw new Error(`the image needs ${name}, and it is not here`);
}

export function findProgram(name: string): string | undefined {
  return Bun.which(name, { PATH: `${process.env.PATH}:/usr/sbin:/sbin` }) ?? undefined;
}

/** A shell, and what a health check of the official images calls. */
export async function makeShellImage(client: Docker, name: string): Promise<void> {
  await makeImage(client, {
    name,
    programs: { "bin/sh": "/bin/sh", "bin/sleep": "/bin/sleep", "bin/echo": "/bin/echo" },
  });
}

async function importTree(
  client: Docker,
  { root, plan }: { readonly root: string; readonly plan: ImagePlan },
): Promise<void> {
  const [repo, tag] = plan.name.split(":");
  const archive = join(root, "..", `${root.split("/").at(-1)}.tar`);
  try {
    const words = ["tar", "-C", root, "-c", "-f", archive, "."];
    if ((await Bun.spawn(words).exited) !== 0) throw new Error(`${words.join(" ")} failed`);
    const changes = plan.changes ?? [];
    const stream = await client.importImage(archive, { repo, tag, changes });
    await new Promise<void>((resolve, reject) => {
      client.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
    });
  } finally {
    await rm(archive, { force: true });
  }
}

async function put(file: string, place: string): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  await cp(file, place, { dereference: true });
}

async function open(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o1777);
}

/** As the loader says; none for what is linked to nothing. */
async function librariesOf(file: string): Promise<readonly string[]> {
  const text = await new Response(Bun.spawn(["ldd", file], { stderr: "ignore" }).stdout).text();
  return [...text.matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)].flatMap(([, path]) => path ?? []);
}
