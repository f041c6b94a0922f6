// The agent: claims a ticket, works on it in one session, and takes the next one. With none to work
// on it looks after what others began and nobody else will end.
import type { AgentOptions } from "./context.ts";
import { patientQueue } from "./patient-queue.ts";
import { runSession } from "./session.ts";
import { settlesUnattended } from "./settle-unattended.ts";

/**
 * Runs until the signal aborts; with `once`, until the first ticket is done or there is none.
 * Silent while there is nothing to do. Waits for a store that fails; what else rejects is a defect.
 */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { clock, signal, print, idleMs } = options;
  const agent = { ...options, queue: patientQueue(options.queue, options) };
  const settleUnattended = settlesUnattended(agent);
  print("Agent loop starting");
  while (!signal.aborted) {
    const claimed = await agent.queue.claim(claimRequest(agent));
    if (claimed) await runSession(agent, claimed);
    else await settleUnattended();
    if (agent.once) return;
    if (!claimed) await clock.sleep(idleMs, signal);
  }
}

function claimRequest({ agentId, leaseMs, model, mode, subject }: AgentOptions) {
  return { agentId, leaseMs, model: model.name, mode, ...(subject ? { subject } : {}) };
}
