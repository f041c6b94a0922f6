// What an agent may do with the audit that tells of it: look, and verify. Nothing that writes.
import { expect, test } from "bun:test";
import { worstOf } from "../guard/worst-effect.ts";

const READS = ["list", "show last", "verify", "verify --json"];
/** Or tells of another file than the agent's own. */
const WRITES = [
  "verify --db /tmp/a.db",
  "verify --sign-key /tmp/key --head /etc/passwd",
  "verify --sign-key=/tmp/key --head=/etc/passwd",
  "verify --signKey /tmp/key --head /etc/passwd",
  "verify --public-key /tmp/key",
  "verify $FLAGS",
  "export --out /etc/passwd",
  "compact --older-than 1s",
  "compact --older-than 1s --dry-run",
];

for (const words of READS) {
  test(`operator audit ${words} reads`, () => {
    expect(worstOf(`operator audit ${words}`)).toBe("read");
  });
}
for (const words of WRITES) {
  test(`operator audit ${words} is refused`, () => {
    expect(["oversight", "hidden"]).toContain(worstOf(`operator audit ${words}`) ?? "");
  });
}
