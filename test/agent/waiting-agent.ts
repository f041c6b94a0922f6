// An agent in mode approve in a process of its own, which asks for one command and then gives up:
// `waiting-agent.ts <home> <command>`. Its lines are on stdout.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_POLICY } from "../../src/agent/guard/policy.ts";
import { DEFAULT_LIMITS } from "../../src/agent/limits.ts";
import { runAgent } from "../../src/agent/loop.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { createShell } from "../../src/infra/exec.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { lampSubject } from "../support/memory-subject.ts";
import { concludeCall, says, scriptedModel, shellCall } from "../support/scripted-model.ts";

const [home = "", command = ""] = process.argv.slice(2);

await runAgent({
  agentId: `waiting-${process.pid}`,
  queue: TicketOpsDB.open({
    path: join(home, "tickets.db"),
    clock: systemClock,
    backoffMs: 10,
    busyTimeoutMs: 20_000,
  }),
  model: scriptedModel([says(shellCall(command)), says(concludeCall("cannot_fix"))]),
  mode: "approve",
  shell: createShell({ env: { PATH: process.env.PATH }, cwd: tmpdir(), clock: systemClock }),
  openSubject: async () => lampSubject().subject,
  classify: (source) => [{ kind: "write", targets: [], source }],
  policy: async () => NO_POLICY,
  redact: (text) => text,
  clock: systemClock,
  random: () => 0.5,
  signal: new AbortController().signal,
  print: console.log,
  limits: DEFAULT_LIMITS,
  leaseMs: 2_000,
  idleMs: 10,
  pollMs: 10,
  backoffMs: 5,
  once: false,
  onShutdown: "escalate",
  subject: undefined,
});
