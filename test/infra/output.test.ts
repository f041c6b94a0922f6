// Lines that cannot be written: a command fails, a daemon goes on.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeSync, constants, existsSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PRINTER = join(import.meta.dir, "printer.ts");
const FULL = "/dev/full";

function startPrinter(words: readonly string[], stdout: number) {
  const command = [process.execPath, PRINTER, ...words];
  return Bun.spawn(command, { stdio: ["ignore", stdout, "pipe"] });
}

function endOf({ stderr }: ReturnType<typeof startPrinter>): Promise<string> {
  return new Response(stderr).text();
}

describe.skipIf(!existsSync(FULL))("a full disk (needs /dev/full)", () => {
  test("is the command's failure", async () => {
    const full = openSync(FULL, "w");
    const said = await endOf(startPrinter(["print", "1", "10"], full));
    expect(said).toMatch(/^writing to stdout: ENOSPC/);
    closeSync(full);
  });

  test("costs a daemon its lines and nothing else", async () => {
    const full = openSync(FULL, "w");
    expect(await endOf(startPrinter(["lose", "3", "10"], full))).toBe("done");
    closeSync(full);
  });
});

describe("a reader that stands still", () => {
  let folder: string;
  let reader: number;
  let writer: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "operator-output-"));
    const fifo = join(folder, "fifo");
    Bun.spawnSync(["mkfifo", fifo]);
    reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    writer = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  });

  afterEach(() => {
    for (const descriptor of [reader, writer]) closeSync(descriptor);
    rmSync(folder, { recursive: true });
  });

  test("costs a daemon lines, of which none is torn that is read later", async () => {
    expect(await endOf(startPrinter(["lose", "500", "3001"], writer))).toBe("done");
    const lines = drain(reader).split("\n");
    // The last one was begun: its rest would have come before any other.
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.slice(0, -1).every((line) => line.length === 3001)).toBe(true);
  });

  test("is waited for by a command", async () => {
    const printer = startPrinter(["print", "500", "3001"], writer);
    let text = "";
    while (printer.exitCode === null) {
      text += drain(reader);
      await Bun.sleep(5);
    }
    text += drain(reader);
    expect(await endOf(printer)).toBe("done");
    expect(text.split("\n")).toHaveLength(501);
  });
});

/** What is there at the moment. */
function drain(descriptor: number): string {
  const bytes = Buffer.alloc(64 * 1024);
  let text = "";
  for (;;) {
    try {
      const count = readSync(descriptor, bytes);
      if (count === 0) return text;
      text += bytes.toString("utf8", 0, count);
    } catch {
      return text;
    }
  }
}
