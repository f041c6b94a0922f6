// Names in the sandbox: each of the subject's has a line of the sandbox's own, which says so.
import { expect, test } from "bun:test";
import { probeSandbox } from "../../src/infra/sandbox.ts";
import { networkInside } from "../../src/infra/sandbox-network.ts";
import { BWRAP_TROUBLE, inSandbox } from "../support/bwrap.ts";
import { runInside, sandboxWorld } from "../support/sandboxed-shell.ts";

const OWN = "# the sandbox's own line; the machine's: getent hosts";

test("each line of a sandbox's names says that it is none of the machine's", () => {
  const { hosts, listen } = networkInside([{ host: "pd1", port: 2379 }]);
  expect(hosts).toBe(`127.0.0.1 localhost ${OWN}\n127.88.0.1 pd1 ${OWN}\n`);
  expect(listen).toEqual([{ ip: "127.88.0.1", port: 2379, for: "pd1:2379" }]);
});

test.skipIf(BWRAP_TROUBLE !== undefined || Bun.which("getent") === null)(
  inSandbox("which names the machine has is asked outside"),
  async () => {
    const mayAsk = ([program]: readonly string[]) => program === "getent";
    const inside = await probeSandbox(sandboxWorld({ addresses: () => [], mayAsk }));
    const { output } = await runInside("cat /etc/hosts; getent hosts | cat", { inside });
    const machines = await Bun.$`getent hosts`.text();
    expect(output.head).toBe(`127.0.0.1 localhost ${OWN}\n${machines}`);
  },
);
