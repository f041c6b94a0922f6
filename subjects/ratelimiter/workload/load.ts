// The open loop: checks leave when they are due, whatever became of those before. What leaves late
// is late: its latency counts from when it was due. What cannot leave at all is a failure.
import type { WorkloadOptions } from "../../../src/domain/subject.ts";
import { DECLARED_LIMITS } from "../declared.ts";
import { declaredRule } from "../service/limits-file.ts";
import { type Account, type Accusation, createAccount } from "./account.ts";
import { type Arrivals, createArrivals } from "./arrivals.ts";
import { type Balancer, createBalancer, type NodePort } from "./balancer.ts";
import { performCheck } from "./check.ts";
import { type ClockWatch, watchClock } from "./clock-watch.ts";
import type { LedgerFile } from "./ledger-file.ts";
import { countCheck, emptySecond, secondLine } from "./seconds.ts";
import { tenantsOf } from "./tenants.ts";

export interface LoadOptions extends WorkloadOptions {
  readonly nodes: readonly NodePort[];
  readonly ledger: LedgerFile;
}

const SECOND_MS = 1_000;
/** Between two looks at the clock, at most. */
const TURN_MS_MAX = 50;
/** 10,000 checks in a second may take 100 ms each before the first is refused. */
export const IN_FLIGHT_MAX = 1_024;

/** Until the signal aborts or the duration is over, and what is under way has ended. */
export async function runLoad(options: LoadOptions): Promise<void> {
  const { clock, signal, durationMs = Number.POSITIVE_INFINITY } = options;
  using load = new Load(options);
  const endMs = performance.now() + durationMs;
  while (!signal.aborted && performance.now() < endMs) {
    load.turn();
    await clock.sleep(load.idleMs(), signal);
  }
  await load.ended();
  load.report();
}

/** Holds the checks under way and the connections. */
class Load implements Disposable {
  readonly #options: LoadOptions;
  readonly #balancer: Balancer;
  readonly #account: Account;
  readonly #arrivals: Arrivals;
  readonly #watch: ClockWatch;
  readonly #underWay = new Set<Promise<void>>();
  readonly #startedMs = performance.now();
  #reportDueMs = this.#startedMs + SECOND_MS;
  #second = emptySecond();
  #judgedDenials = 0;
  /** Not of a check, which never rejects: a defect. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#balancer = createBalancer(options.nodes);
    this.#arrivals = createArrivals(tenantsOf(options));
    this.#watch = watchClock(options.clock);
    this.#account = createAccount({
      ruleOf: (key) => declaredRule(DECLARED_LIMITS, key),
      knownFromMs: this.#startedMs,
      nodesWithPast: options.ledger.hasPast ? options.nodes.map(({ name }) => name) : [],
      accuse: (accusation) => this.#note(accusation),
    });
  }

  /** Begins what is due. Throws what an earlier check threw, and when the ledger takes nothing. */
  turn(): void {
    if (this.#failure) throw this.#failure.error;
    this.#hasForgotten();
    this.#balancer.probe();
    const sinceStartMs = performance.now() - this.#startedMs;
    while (this.#arrivals.next.dueMs <= sinceStartMs) {
      const { key, dueMs } = this.#arrivals.take();
      this.#begin(key, this.#startedMs + dueMs);
    }
    if (performance.now() >= this.#reportDueMs) this.report();
  }

  /** Until the next turn is needed. */
  idleMs(): number {
    const nowMs = performance.now();
    const dueMs = Math.min(this.#startedMs + this.#arrivals.next.dueMs, this.#reportDueMs);
    return Math.min(TURN_MS_MAX, Math.max(0, Math.ceil(dueMs - nowMs)));
  }

  /** On file first, so that nothing is told that a later life does not know. */
  report(): void {
    const { ledger, clock, print } = this.#options;
    const judged = this.#account.judgedDenials();
    this.#second.counts.judged = judged - this.#judgedDenials;
    this.#judgedDenials = judged;
    const nowMs = clock.now();
    ledger.append(this.#second, nowMs);
    print(JSON.stringify(secondLine(this.#second, nowMs)));
    this.#second = emptySecond();
    this.#reportDueMs = Math.max(this.#reportDueMs + SECOND_MS, performance.now());
  }

  async ended(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  [Symbol.dispose](): void {
    this.#balancer[Symbol.dispose]();
  }

  #begin(key: string, dueMs: number): void {
    if (this.#underWay.size >= IN_FLIGHT_MAX) {
      this.#second.counts.failures += 1;
      this.#second.counts.unsent += 1;
      return;
    }
    const check = this.#check(key, dueMs);
    this.#underWay.add(check);
    const end = () => this.#underWay.delete(check);
    void check.then(end, (error: unknown) => {
      this.#failure ??= { error };
      end();
    });
  }

  async #check(key: string, dueMs: number): Promise<void> {
    const tools = { account: this.#account, balancer: this.#balancer };
    const { decision, isRetried } = await performCheck(key, tools);
    if (isRetried) this.#second.counts.retries += 1;
    countCheck(this.#second, { decision, latencyMs: performance.now() - dueMs });
  }

  /** Accusations are dated by the monotonic clock, and told by the wall clock. */
  #note({ name, count, atMs }: Accusation): void {
    if (this.#hasForgotten()) return;
    const agoMs = performance.now() - atMs;
    const at_ms = Math.round(this.#options.clock.now() - agoMs);
    this.#second.incidents.add({ at_ms, name, count });
  }

  /** Because the clock was set. A Redis whose clock went back counts all for so much longer. */
  #hasForgotten(): boolean {
    const stepMs = this.#watch.stepMs();
    if (stepMs === 0) return false;
    this.#account.forget(performance.now() + Math.max(0, -stepMs));
    return true;
  }
}
