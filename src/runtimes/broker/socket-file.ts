// The broker's socket: for its owner and group alone, in a directory in which nobody else can put
// another one in its place. That of a broker that is dead is replaced, that of a living one never.
import { chmod, lstat, mkdir, rename, rm } from "node:fs/promises";
import { connect, type Server } from "node:net";
import { dirname } from "node:path";
import type { Clock } from "../../domain/clock.ts";
import { OperatorError } from "../../domain/errors.ts";
import { failPoint } from "../../infra/fail-point.ts";
import { withFileLock } from "../../infra/file-lock.ts";
import { hasCode, withFileErrors } from "../../infra/files.ts";

export interface SocketPlace {
  /** Absolute. */
  readonly path: string;
  readonly server: Server;
  readonly clock: Clock;
}

const OWNER_AND_GROUP = 0o660;
const DIRECTORY = 0o750;
const WRITABLE_BY_OTHERS = 0o002;
/** unix(7): 108 bytes with the zero at their end, on macOS 104; and the draft's name is longer. */
const PATH_BYTES_MAX = 90;
const LOCK_WITHIN_MS = 10_000;
const PROBE_MS = 1_000;

/** Listens. Rejects with code "conflict" when another broker does, "runtime" or "usage" else. */
export async function listenOn({ path, server, clock }: SocketPlace): Promise<AsyncDisposable> {
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) {
    throw new OperatorError("usage", `socket ${path}: longer than ${PATH_BYTES_MAX} bytes`);
  }
  return withFileErrors(`listening on ${path}`, async () => {
    await checkDirectory(dirname(path));
    const lock = { path: `${path}.lock`, withinMs: LOCK_WITHIN_MS, clock };
    const inode = await withFileLock(lock, () => takePath(path, server));
    return {
      async [Symbol.asyncDispose]() {
        server.close();
        if ((await inodeOf(path)) === inode) await rm(path, { force: true });
      },
    };
  });
}

async function checkDirectory(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: DIRECTORY });
  const { uid, mode } = await lstat(dir).then((stats) =>
    stats.isDirectory() ? stats : Promise.reject(unsafe(dir, "it is no directory")),
  );
  if (uid !== 0 && uid !== process.getuid?.()) throw unsafe(dir, "it belongs to another user");
  if ((mode & WRITABLE_BY_OTHERS) !== 0) throw unsafe(dir, "everybody may write to it");
}

/** In its place from the start with its rights: it is made beside it, and moved. */
async function takePath(path: string, server: Server): Promise<number | undefined> {
  if (await isAnswered(path)) {
    throw new OperatorError("conflict", `listening on ${path}: another broker does`, {
      hint: "end it first, or name another socket",
    });
  }
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.listen(draft, resolve);
  });
  await chmod(draft, OWNER_AND_GROUP);
  failPoint("socket.drafted");
  await rename(draft, path);
  failPoint("socket.in_place");
  return inodeOf(path);
}

/** Whether somebody listens there. Rejects when what is there is no socket. */
async function isAnswered(path: string): Promise<boolean> {
  const stats = await lstat(path).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  });
  if (!stats) return false;
  if (!stats.isSocket()) throw unsafe(path, "it is there, and no socket");
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = connect({ path });
  // Who does not refuse is there, however busy.
  probe.setTimeout(PROBE_MS, () => resolve(true));
  probe.once("connect", () => resolve(true));
  probe.once("error", (error) => resolve(!hasCode(error, "ECONNREFUSED")));
  return promise.finally(() => probe.destroy());
}

async function inodeOf(path: string): Promise<number | undefined> {
  return lstat(path).then(
    ({ ino }) => ino,
    () => undefined,
  );
}

function unsafe(path: string, why: string): OperatorError {
  return new OperatorError("runtime", `the socket's place ${path}: ${why}`, {
    hint: "give it a directory of its own, which its user alone may write",
  });
}
