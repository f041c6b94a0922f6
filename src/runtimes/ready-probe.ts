// One look at whether a member answers on its port, for every runtime whose ports are on loopback.
import type { ReadyProbe } from "../domain/subject.ts";
import { exchange } from "../infra/exchange.ts";
import { request } from "../infra/http.ts";

export interface ReadyLook {
  readonly isReady: boolean;
  /** It says of itself that it is there, and not ready yet. */
  readonly isStarting?: boolean;
  /** For a person, when it never becomes ready. */
  readonly found: string;
}

const PROBE_DEADLINE_MS = 1_000;
const PROBE_BYTES_MAX = 1_000_000;

/** Never rejects; takes a second at most. */
export async function askReady(probe: ReadyProbe, signal: AbortSignal): Promise<ReadyLook> {
  const limits = { signal, deadlineMs: PROBE_DEADLINE_MS };
  if ("send" in probe) {
    const { port, send, expects, whileStarting } = probe;
    const answer = await exchange({ port, send, ...limits });
    if (answer.state === "failed") return { isReady: false, found: answer.reason };
    const { text } = answer;
    const isStarting = whileStarting !== undefined && text.startsWith(whileStarting);
    return { isReady: text.startsWith(expects), isStarting, found: text.trim() };
  }
  const url = `http://127.0.0.1:${probe.port}${probe.path}`;
  const answer = await request({ url, ...limits, bodyBytesMax: PROBE_BYTES_MAX });
  if (answer.state === "failed") return { isReady: false, found: answer.reason };
  const isReady = answer.status >= 200 && answer.status < 300;
  return { isReady, found: `HTTP ${answer.status}` };
}

/** What a person would ask themselves. */
export function placeOf(probe: ReadyProbe): string {
  return `127.0.0.1:${probe.port}${"path" in probe ? probe.path : ""}`;
}
