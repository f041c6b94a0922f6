// Makes test/fixtures/recorded-session.jsonl anew: `bun test/audit/record-fixture.ts`. One session
// of Claude's adapter with a service that speaks its protocol: the loop, the guard, the shell, the
// store and its audit are the real ones.
import { join } from "node:path";
import { runAudit } from "../../src/commands/audit.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { openAnthropicModel } from "../../src/models/anthropic.ts";
import { type DialWorld, openDialWorld } from "../agent/dial-world.ts";
import { openDeskRoom } from "../commands/desk-room.ts";
import { eventually } from "../support/eventually.ts";
import { startMessagesApi } from "../support/messages-api.ts";
import { calls, message, type Part, says, thinks } from "../support/messages-api-replies.ts";

export const RECORDED_SESSION = join(import.meta.dir, "../fixtures/recorded-session.jsonl");

const LONG = "Left shows less than it should, and right is not concerned. ".repeat(5);

const SCRIPT = [
  message([
    thinks(LONG, "signature-1"),
    says("I look first."),
    shell("for dial in left right; do echo $dial; done | sort -r | head -n 1"),
  ]),
  message([shell("rm -rf $OPERATOR_HOME"), shell("curl -s http://10.9.9.9/")]),
  message([set(5)]),
  message([conclude("it was turned down", "left shows 5")]),
  message([thinks("Not enough.", "signature-2"), set(9)]),
  message([conclude("it was turned down", "left shows 9")]),
];

async function recordFixture(): Promise<void> {
  await using api = await startMessagesApi({ script: SCRIPT });
  const key = { apiKey: "sk-not-a-key-0123456789", baseUrl: api.url };
  const claude = openAnthropicModel({ name: "claude-sonnet-5-5", clock: systemClock, ...key });
  const { name, speaker, condense } = claude;
  using world = openDialWorld({
    script: [(request, signal) => claude.query(request, signal)],
    model: { name, speaker, ...(condense && { condense }) },
    mode: "approve",
  });
  await world.openTicket();
  await Promise.all([world.run(), playPeople(world)]);
  await using room = await openDeskRoom();
  const db = join(world.home, "tickets.db");
  const ran = await room.run(runAudit, ["export"], { db, session: "last", out: RECORDED_SESSION });
  console.log(...ran.lines);
}

/** The person approves twice; the monitor refuses the first claim, and verifies the second. */
export async function playPeople({ store, ticket, untilLine }: DialWorld): Promise<void> {
  const isClaimed = async () => (await ticket()).state === "verifying";
  await untilLine(/waiting for approval #1$/);
  await store.decideApproval(1, "approved");
  await eventually(isClaimed, "the first claim");
  await store.refuseTicket(1, "left shows 5, and must show 9");
  await untilLine(/waiting for approval #2$/);
  await store.decideApproval(2, "approved");
  await eventually(isClaimed, "the second claim");
  await store.verifyTicket(1, "left shows 9");
}

function shell(command: string): Part {
  return calls("shell", { command, reason: "to see" });
}

function set(value: number): Part {
  const args = { value };
  return calls("act", { action: "set_dial", target: "left", args, reason: "to repair" });
}

function conclude(rootCause: string, summary: string): Part {
  return calls("conclude", { outcome: "fixed", root_cause: rootCause, evidence: [], summary });
}

if (import.meta.main) await recordFixture();
