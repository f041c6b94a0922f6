// Another process on the same database: `bun other-process.ts <work> <path>` prints JSON lines.
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { firing } from "./room.ts";

const WORK = {
  file: fileAll,
  claim: claimAll,
  append: appendForEver,
  compact: compactAll,
} as const;
const ENTITIES = ["a", "b", "c", "d", "e"];
const ROUNDS = 40;

export type Work = keyof typeof WORK;

export function startOther(work: Work, path: string) {
  return Bun.spawn([process.execPath, import.meta.path, work, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

if (import.meta.main) {
  const [work = "", path = ""] = process.argv.slice(2);
  const run = Object.entries(WORK).find(([name]) => name === work)?.[1];
  if (!run) throw new Error(`no such work: ${work}`);
  // Eight of these on two busy cores may wait longer for a turn than an operator should.
  using store = TicketOpsDB.open({ path, clock: systemClock, busyTimeoutMs: 20_000 });
  await run(store);
}

/** The same violations again and again, as a second monitor would. */
async function fileAll(store: TicketOpsDB): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const violations = ENTITIES.map((entity) => firing({ entity }));
    console.log(JSON.stringify(await store.recordViolations(violations)));
  }
}

/** Until nothing is left. */
async function claimAll(store: TicketOpsDB): Promise<void> {
  const agentId = `agent-${process.pid}`;
  const request = { agentId, leaseMs: 600_000, model: "runbook", mode: "execute" } as const;
  for (let claim = await store.claim(request); claim; claim = await store.claim(request)) {
    console.log(JSON.stringify(claim.ticket.id));
  }
}

/** Ends with its process; prints an event's id when it is committed. */
async function appendForEver(store: TicketOpsDB): Promise<void> {
  for (;;) {
    const content = { text: "x".repeat(500) };
    const event = { type: "tool_result", ticketId: null, sessionId: null, content } as const;
    console.log(JSON.stringify((await store.appendAudit(event)).id));
  }
}

/** All that is resolved, slowly enough to be met at it. */
async function compactAll(store: TicketOpsDB): Promise<void> {
  for (let afterId: number | undefined = 0; afterId !== undefined; ) {
    afterId = (await store.compactAudit({ cutoffMs: Date.now(), afterId })).lastId;
    await store.shrinkFile();
    console.log(JSON.stringify(afterId ?? "done"));
  }
}
