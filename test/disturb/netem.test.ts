// The way that the kernel goes with netem, on a kernel that may have none: a plain queue takes
// netem's place by a tc that is not quite the real one.
import { expect, test } from "bun:test";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../support/docker-images.ts";
import { noHelpers } from "../support/docker-operator.ts";

const NAMED = noHelpers === undefined ? "" : ` (skipped: ${noHelpers})`;
const SCRIPT = join(import.meta.dir, "..", "support", "delay-by-kernel.ts");

/** What a process in a namespace with one device says, with such a tc. */
async function delayWith(tc: string): Promise<readonly string[]> {
  const dir = await mkdtemp(join(tmpdir(), "operator-tc-"));
  try {
    await Bun.write(join(dir, "tc"), `#!/bin/sh\n${tc}\n`);
    await chmod(join(dir, "tc"), 0o755);
    const inside = 'ip link add v0 type veth peer name v1 && exec "$0" "$1"';
    const child = Bun.spawn(["unshare", "--net", "sh", "-c", inside, process.execPath, SCRIPT], {
      env: { PATH: `${dir}:${process.env.PATH}:/usr/sbin:/sbin` },
      stdio: ["ignore", "pipe", "inherit"],
    });
    return (await child.stdout.text()).trim().split("\n");
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

test.skipIf(noHelpers !== undefined)(
  `a delay by the kernel strikes the peers as they are, beside a bandwidth${NAMED}`,
  async () => {
    const plain = `exec ${findProgram("tc")} $(echo "$@" | sed "s/netem .*/bfifo/")`;
    expect(await delayWith(plain)).toEqual([
      "delayed: tbf htb bfifo 0a000002",
      "another peer: tbf htb bfifo 0a000003",
      "bounded, too: tbf htb bfifo 0a000003",
      "bounded alone: tbf bfifo",
      "as before:",
    ]);
  },
);
