// Files that a person names.
import { expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { readNamedFile } from "../../src/infra/files.ts";

test.each([
  ["that is not there", "no-such-file.jsonl", "ENOENT"],
  ["that is a folder", "", "EISDIR"],
])("one %s is named, with what to do", async (_, name, code) => {
  const file = `${tmpdir()}/${name}`;
  await expect(readNamedFile(file)).rejects.toMatchObject({
    message: expect.stringMatching(new RegExp(`^reading ${file}: ${code}`)),
    hint: "name a file that is there, and that this user may read",
  });
});
