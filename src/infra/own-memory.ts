// Keeps this process's memory and environment, where the keys are, from other processes of its
// user: prctl(PR_SET_DUMPABLE), which has no other way in from here. Nor does it dump core then.
import { dlopen, FFIType } from "bun:ffi";

/** prctl(2). */
const PR_SET_DUMPABLE = 4;
/** glibc's, which our executable for Linux is built for. */
const LIBC = "libc.so.6";

/** False where it cannot be done. Root reads it all the same; children begin anew. */
export function closeOwnMemory(): boolean {
  if (process.platform !== "linux") return false;
  const { u64, i32 } = FFIType;
  try {
    const { symbols } = dlopen(LIBC, { prctl: { args: [i32, u64, u64, u64, u64], returns: i32 } });
    return symbols.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) === 0;
  } catch {
    // Another C library: then the guard alone refuses to read it.
    return false;
  }
}
