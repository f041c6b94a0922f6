// What a command prints on its way to the model, the audit and the lines: without secrets, as text,
// and never too much of it.
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scriptedRequests } from "../support/messages-api.ts";
import { concludes, FAKE_KEY, type LoneAgent, openLoneAgent, runs } from "./lone-agent.ts";
import { lastTexts } from "./wire.ts";

interface Left {
  /** The result, as the model was told. */
  readonly told: string;
  /** All that left the process: requests, events, journal, lines, every byte of the database. */
  readonly everything: string;
}

/** One command in a session of its own. */
async function leave(
  command: (agent: LoneAgent) => string,
  flags: readonly string[] = [],
): Promise<Left> {
  await using agent: LoneAgent = await openLoneAgent((_, index) =>
    index === 0 ? runs(command(agent)) : concludes("cannot_fix"),
  );
  const lines = await agent.run(flags);
  const events = await agent.store.eventsOf({});
  const journal = await agent.store.journalOf((await agent.outcome()).session.id);
  const bodies = agent.api.requests.map(({ body }) => body);
  const [told = ""] = lastTexts(scriptedRequests(agent.api)[1]);
  const database = join(agent.world.home, "tickets.db");
  const files = ["", "-wal"].map((suffix) => readFileSync(`${database}${suffix}`, "latin1"));
  const everything = JSON.stringify([bodies, events, journal, lines, files]);
  return { told, everything };
}

test("secrets in a file reach neither the model, nor the audit, nor a line", async () => {
  const secrets = ["sk-ant-api03-abcdefgh", "hunter2hunter2", FAKE_KEY];
  const [key, password, ours] = secrets;
  const { told, everything } = await leave(({ world }) => {
    const file = join(world.scratch, "settings");
    writeFileSync(file, `key = ${key}\npassword: ${password}\nours ${ours}\nport: 2379\n`);
    return `cat ${file}`;
  });
  expect(told).toContain("key = [redacted]\npassword: [redacted]\nours [redacted]\nport: 2379");
  for (const secret of secrets) expect(everything).not.toContain(secret);
});

test("a command finds no key in its environment", async () => {
  const { told } = await leave(() => "env | grep -c -i anthropic_api");
  expect(told).toMatch(/^exit 1 in [\d.]+ s\n```text\n0\n```/);
});

test("bytes that are no text arrive as marks, between what is text", async () => {
  const { told } = await leave(() => "printf 'a\\377\\376b\\000c\\n'");
  expect(told).toContain("```text\na\ufffd\ufffdb\u0000c\n```");
});

test("of ten megabytes the model gets the start, the end, and how much was cut", async () => {
  const { told } = await leave(
    () => "echo first; yes 0123456789abcde | head -c 10485760; echo last",
    ["--output-max", "4096"],
  );
  expect(told).toMatch(/^exit 0 in [\d.]+ s\n```text\nfirst\n0123/);
  expect(told).toMatch(/\n\[… 104\d{5} bytes cut here …\]\n/);
  expect(told).toMatch(/\nlast\n```\n\(audit event \d+\)$/);
  expect(told.length).toBeLessThan(4_300);
});

test("a command that runs for too long is killed, and what it printed is kept", async () => {
  const { told } = await leave(() => "echo begun; sleep 60", ["--command-max", "300ms"]);
  expect(told).toMatch(/^timed out and was killed, .* in 0\.\d+ s\n```text\nbegun\n```/);
});
