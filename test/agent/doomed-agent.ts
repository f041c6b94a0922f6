// An agent in a process of its own, for a test that kills it: `doomed-agent.ts <home> <scratch>`.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_POLICY } from "../../src/agent/guard/policy.ts";
import { DEFAULT_LIMITS } from "../../src/agent/limits.ts";
import { runAgent } from "../../src/agent/loop.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { createShell } from "../../src/infra/exec.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { lampSubject } from "../support/memory-subject.ts";
import { says, scriptedModel, shellCall } from "../support/scripted-model.ts";

const [home = "", scratch = ""] = process.argv.slice(2);

await runAgent({
  agentId: "doomed",
  queue: TicketOpsDB.open({ path: join(home, "tickets.db"), clock: systemClock }),
  model: scriptedModel([says(shellCall(`touch ${scratch}/begun; sleep 30`))]),
  mode: "execute",
  shell: createShell({ env: { PATH: process.env.PATH }, cwd: tmpdir(), clock: systemClock }),
  openSubject: async () => lampSubject().subject,
  classify: (source) => [{ kind: "write", targets: [], source }],
  policy: async () => NO_POLICY,
  redact: (text) => text,
  clock: systemClock,
  random: () => 0.5,
  signal: new AbortController().signal,
  print: () => undefined,
  limits: DEFAULT_LIMITS,
  leaseMs: 300,
  idleMs: 10,
  pollMs: 10,
  backoffMs: 5,
  once: true,
  onShutdown: "escalate",
  subject: undefined,
});
