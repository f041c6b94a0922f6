// Carries Raft messages over HTTP: one POST at a time to each peer, with everything that gathered
// meanwhile, so that load makes batches larger and not more frequent. A peer that is gone or
// stopped costs its own queue only: each POST has a deadline, and what waited behind a failed one
// is dropped.
import { type RaftMessage, raftBatchSchema } from "./message.ts";

export interface TransportOptions {
  readonly nodeId: string;
  /** Where a peer's messages are posted; undefined while its address is not known. */
  readonly urlOf: (nodeId: string) => string | undefined;
  readonly deadlineMs: number;
  /** What peers answered; at most once for each POST. */
  readonly onAnswer: (messages: readonly RaftMessage[]) => void;
}

/** Raft repeats what is lost; more than this for one peer is better dropped than kept. */
const QUEUED_MAX = 1024;

/** Holds the requests under way. */
export class Transport implements Disposable {
  readonly #options: TransportOptions;
  readonly #queues = new Map<string, RaftMessage[]>();
  readonly #busy = new Set<string>();
  readonly #stopping = new AbortController();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  enqueue(message: RaftMessage): void {
    const queue = this.#queues.get(message.to) ?? [];
    if (queue.length < QUEUED_MAX) queue.push(message);
    this.#queues.set(message.to, queue);
  }

  /** Starts a POST to each peer for which messages wait and none is under way. */
  flush(): void {
    if (this.#stopping.signal.aborted) return;
    for (const [to, messages] of this.#queues) {
      const url = this.#options.urlOf(to);
      if (messages.length === 0 || this.#busy.has(to)) continue;
      this.#queues.set(to, []);
      if (url !== undefined) void this.#post({ to, url, messages });
    }
  }

  [Symbol.dispose](): void {
    this.#stopping.abort();
    this.#queues.clear();
  }

  async #post(batch: {
    readonly to: string;
    readonly url: string;
    readonly messages: readonly RaftMessage[];
  }): Promise<void> {
    this.#busy.add(batch.to);
    const answers = await this.#exchange(batch.url, batch.messages);
    this.#busy.delete(batch.to);
    if (this.#stopping.signal.aborted) return;
    if (answers === undefined) this.#queues.delete(batch.to);
    else if (answers.length > 0) this.#options.onAnswer(answers);
    this.flush();
  }

  /**
   * Undefined when the peer did not take it, for whatever reason: to Raft that is a lost message.
   */
  async #exchange(
    url: string,
    messages: readonly RaftMessage[],
  ): Promise<readonly RaftMessage[] | undefined> {
    const { nodeId, deadlineMs } = this.#options;
    try {
      const response = await fetch(url, {
        method: "POST",
        body: JSON.stringify({ from: nodeId, messages }),
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(deadlineMs)]),
      });
      if (!response.ok) return undefined;
      return raftBatchSchema.parse(await response.json()).messages;
    } catch {
      return undefined;
    }
  }
}
