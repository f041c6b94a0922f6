// Fills the volume that this container has at VOLUME_DIR, with one file that is known as ours.
import { open, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { VOLUME_DIR } from "../order.ts";

const BALLAST = join(VOLUME_DIR, ".operator-ballast");
const PIECE_BYTES = 1024 * 1024;

/** Until so much is left for others; what was there of it already counts. */
export async function fillVolume(freeBytes: number): Promise<void> {
  const file = await open(BALLAST, "a");
  try {
    for (let room = await roomAbove(freeBytes); room > 0; room = await roomAbove(freeBytes)) {
      await file.write(Buffer.alloc(Math.min(room, PIECE_BYTES)));
    }
  } finally {
    await file.close();
  }
}

export async function emptyVolume(): Promise<void> {
  await rm(BALLAST, { force: true });
}

/** In whole blocks, for nothing less is ever taken. */
async function roomAbove(freeBytes: number): Promise<number> {
  const { bavail, bsize } = await statfs(VOLUME_DIR);
  return Math.floor((bavail * bsize - freeBytes) / bsize) * bsize;
}
