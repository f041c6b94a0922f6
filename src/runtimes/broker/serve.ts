// The broker: it alone has the engine, and does for others what is offered, on members of one
// project, and nothing else.
//
//   agent ──question──▶ connections ──▶ answer ──▶ operations ──▶ runtime ──▶ engine
//                        (bounds)      (schema)    (own guard)
import { createServer } from "node:net";
import type { Clock } from "../../domain/clock.ts";
import { messageOf } from "../../domain/errors.ts";
import type { Runtime } from "../../domain/runtime.ts";
import { createAnswerer } from "./answer.ts";
import { createConnections } from "./connections.ts";
import { createSettling, readInterrupted, type Settling } from "./interrupted.ts";
import { createOperations } from "./operations.ts";
import { BrokerRecord } from "./record.ts";
import { sayUntilAble } from "./say-until-able.ts";
import { listenOn } from "./socket-file.ts";

export interface BrokerOptions {
  /** Absolute path of the socket. */
  readonly socket: string;
  /** Absolute path of the file in which everything that was refused or done is kept. */
  readonly recordFile: string;
  /** For people: whose members are served. */
  readonly serves: string;
  /** The project as it is now. Rejects with code "runtime" when its engine does not answer. */
  readonly open: () => Promise<Runtime>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** One line for a person. Never throws. */
  readonly say: (line: string) => void;
}

/** Until the signal aborts; what is under way then ends first. Rejects when it cannot begin. */
export async function serveBroker(options: BrokerOptions): Promise<void> {
  const { socket, recordFile, serves, open, clock, signal, say } = options;
  await using record = new BrokerRecord({ path: recordFile, clock, say });
  const settle = createSettling({ record, interrupted: await readInterrupted(recordFile) });
  const operations = createOperations({ record, settle, clock, signal });
  const onDefect = (error: unknown) => say(`[Broker] defect: ${messageOf(error)}`);
  const refuse = (text: string) => void record.refuse({ text }).catch(onDefect);
  const answer = createAnswerer({ open, operations, record, clock, onDefect });
  const connections = createConnections({ answer, onRefusal: refuse });
  const server = createServer({ allowHalfOpen: true }, connections.accept);
  {
    await using _listening = await listenOn({ path: socket, server, clock });
    await record.add({ event: "started", text: `${serves} on ${socket}` });
    const settled = sayUntilAble(options).then(() => settleNow(options, settle));
    await Promise.all([settled, untilAborted(signal)]);
  }
  await operations.settled();
  await connections.end();
  await record.add({ event: "stopped" });
}

/** What cannot be seen just now is settled by the first look of an operation. */
async function settleNow({ open, signal, say }: BrokerOptions, settle: Settling): Promise<void> {
  if (signal.aborted) return;
  try {
    await settle(await (await open()).members());
  } catch (error) {
    say(`[Broker] what was interrupted could not be looked at yet: ${messageOf(error)}`);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
